{{/* The name of one service of this release. */}}
{{- define "clavis.name" -}}
{{ printf "%s-%s" .root.Release.Name .name | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{- define "clavis.selector" -}}
app.kubernetes.io/name: clavis
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end -}}

{{- define "clavis.labels" -}}
{{ include "clavis.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{- define "clavis.image" -}}
{{- $image := .root.Values.image -}}
{{- $name := printf "%s-%s" $image.repository (.service.image | default .name) -}}
{{- if .service.digest -}}
{{ printf "%s@%s" $name .service.digest }}
{{- else -}}
{{ printf "%s:%s" $name ($image.tag | default .root.Chart.AppVersion) }}
{{- end -}}
{{- end -}}

{{- define "clavis.url" -}}
{{- $service := index .root.Values.services .name -}}
http://{{ include "clavis.name" . }}:{{ $service.port }}
{{- end -}}

{{- define "clavis.jwks" -}}
{{ include "clavis.url" . }}{{ if eq .name "gateway" }}/internal/jwks.json{{ else }}/.well-known/jwks.json{{ end }}
{{- end -}}

{{/* What the outside calls this service. */}}
{{- define "clavis.publicUrl" -}}
{{- $values := .root.Values -}}
{{- if eq .name "gateway" -}}{{ $values.issuer }}
{{- else if eq .name "portal" -}}{{ $values.portalUrl }}
{{- else if eq .name "console" -}}{{ $values.consoleUrl }}
{{- else -}}{{ include "clavis.url" . }}
{{- end -}}
{{- end -}}

{{/* Plain settings, by the names of the settings models. */}}
{{- define "clavis.settings" -}}
{{- $root := .root -}}
{{- $service := .service -}}
HOST: "0.0.0.0"
PORT: {{ $service.port | quote }}
PUBLIC_URL: {{ include "clavis.publicUrl" . | quote }}
{{- if $service.kafka }}
KAFKA_BOOTSTRAP: {{ $root.Values.kafka.bootstrap | quote }}
LOG_LEVEL: {{ $root.Values.logLevel | quote }}
{{- $callers := dict }}
{{- range $service.callers }}
{{- $_ := set $callers . (include "clavis.jwks" (dict "root" $root "name" .)) }}
{{- end }}
TRUSTED_CALLERS: {{ $callers | toJson | quote }}
{{- end }}
{{- range $service.urls }}
{{ upper . }}_URL: {{ include "clavis.url" (dict "root" $root "name" .) | quote }}
{{- end }}
{{- if $service.messages }}
SMS_WEBHOOK_URL: {{ $root.Values.messages.smsWebhookUrl | quote }}
MAIL_WEBHOOK_URL: {{ $root.Values.messages.mailWebhookUrl | quote }}
{{- end }}
{{- if $service.acceptsAccessTokens }}
OIDC_ISSUER: {{ $root.Values.issuer | quote }}
OIDC_JWKS_URL: {{ printf "%s/jwks" (include "clavis.url" (dict "root" $root "name" "gateway")) | quote }}
{{- end }}
{{- if eq .name "pin" }}
APP_URL: {{ printf "%s/app/" $root.Values.portalUrl | quote }}
{{- end }}
{{- if eq .name "permanent" }}
PASSKEY_RP_ID: {{ $root.Values.passkeyDomain | quote }}
PASSKEY_ORIGINS: {{ list $root.Values.issuer $root.Values.portalUrl | toJson | quote }}
{{- end }}
{{- if eq .name "permanent" }}
OTP_DOMAIN: {{ (urlParse $root.Values.issuer).hostname | quote }}
{{- end }}
{{- if eq .name "signing" }}
PKI_BASE_URL: {{ $root.Values.pkiUrl | quote }}
{{- end }}
{{- if eq .name "registry" }}
TRUST_ANCHORS_DIR: /run/trust
{{- end }}
{{- if eq .name "gateway" }}
PORTAL_URL: {{ $root.Values.portalUrl | quote }}
CERTIFICATE_URL: {{ $root.Values.certificateUrl | quote }}
TERMINATOR_NETWORKS: {{ $root.Values.network.terminatorNetworks | toJson | quote }}
OUTBOUND_NETWORKS: {{ $root.Values.network.relyingPartyNetworks | toJson | quote }}
TRUST_ANCHORS_DIR: /run/trust
CLIENT_TRUST_ANCHORS_DIR: /run/client-trust
{{- end }}
{{- if eq .name "portal" }}
TERMINATOR_NETWORKS: {{ $root.Values.network.terminatorNetworks | toJson | quote }}
{{- end }}
{{- if or (eq .name "portal") (eq .name "console") }}
OIDC_ISSUER: {{ $root.Values.issuer | quote }}
OIDC_INTERNAL_URL: {{ include "clavis.url" (dict "root" $root "name" "gateway") | quote }}
STATIC_DIR: /app/web/dist/{{ .name }}
{{- end }}
{{- range $name, $file := $service.keyFiles }}
{{ $name }}: {{ printf "/run/secrets/clavis/%s" $file | quote }}
{{- end }}
{{- range $name, $value := $service.env }}
{{ $name }}: {{ $value | quote }}
{{- end }}
{{- end -}}

{{/* Restricted profile of the Pod Security Standards. */}}
{{- define "clavis.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "clavis.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}
