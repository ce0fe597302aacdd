{{- define "hooks.image" -}}
{{- with .Values.image -}}
{{ with .registry }}{{ . }}/{{ end }}{{ .repository }}{{ with .tag }}:{{ . }}{{ end }}
{{- end -}}
{{- end -}}

{{- define "hooks.job" -}}
{{- with .hook -}}
{{- if .enabled }}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ $.root.Release.Name }}-{{ $.name }}
  annotations:
    helm.sh/hook: {{ .events | quote }}
    helm.sh/hook-delete-policy: before-hook-creation
spec:
  backoffLimit: {{ $.root.Values.backoffLimit }}
  template:
    spec:
      restartPolicy: Never
      automountServiceAccountToken: false
      containers:
        - name: {{ $.name }}
          image: {{ include "hooks.image" $.root | quote }}
          args: [job, --say, {{ .say | quote }}, --for, {{ .for | quote }}, --exit, {{ .exit | quote }}]
{{- end }}
{{- end -}}
{{- end -}}
