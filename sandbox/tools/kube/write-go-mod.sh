#!/usr/bin/env bash
# Writes go.mod and go.sum for another Kubernetes: ./write-go-mod.sh 1.34.5
# k8s.io/kubernetes requires its staging modules at v0.0.0, so each is replaced by its release of the same version.
set -euo pipefail
cd "$(dirname "$0")"
version=$1
gomod=$(go mod download -json "k8s.io/kubernetes@v$version" | sed -n 's/^\t"GoMod": "\(.*\)",$/\1/p')
{
  printf 'module slipway/sandbox/tools/kube\n\ngo 1.26.0\n\nrequire k8s.io/kubernetes v%s\n\nreplace (\n' "$version"
  awk '/^replace \(/{inside=1; next} inside && /^\)/{inside=0} inside{print $1}' "$gomod" |
    while read -r staging; do printf '\t%s => %s v0.%s\n' "$staging" "$staging" "${version#1.}"; done
  printf ')\n'
} > go.mod
go mod tidy
