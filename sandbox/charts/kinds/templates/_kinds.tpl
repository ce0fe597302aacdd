{{- define "kinds.image" -}}
{{- with .Values.image -}}
{{ .registry }}/{{ .repository }}{{ with .tag }}:{{ . }}{{ end }}{{ with .digest }}@{{ . }}{{ end }}
{{- end -}}
{{- end -}}

{{/* Selector labels of one kind: call with (dict "root" . "kind" "stateful"). */}}
{{- define "kinds.selector" -}}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .kind }}
{{- end -}}

{{/* Pod template that serves: call with (dict "root" . "kind" "stateful"). */}}
{{- define "kinds.pod" -}}
metadata:
  labels: {{- include "kinds.selector" . | nindent 4 }}
spec:
  automountServiceAccountToken: false
  terminationGracePeriodSeconds: 2
  containers:
    - name: service
      image: {{ include "kinds.image" .root | quote }}
      env:
        - name: DRAIN
          value: 0s
        {{- range $name, $value := .root.Values.faults }}
        - name: {{ $name }}
          value: {{ $value | quote }}
        {{- end }}
      readinessProbe:
        httpGet: { path: /ready, port: 8080 }
        periodSeconds: 1
{{- end -}}
