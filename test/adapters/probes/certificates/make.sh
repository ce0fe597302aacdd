#!/bin/sh
# Makes the certificates beside it, with OpenSSL 1.1.1 or newer. They are committed, for Node cannot make any
# and not every machine has openssl; they end in a hundred years, but for the one that ended in 2020. The authorities'
# keys are thrown away: to change one certificate, make all of them.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }

# certificate <key> <file> <extension> <from> <to> <who signs: -cert … -keyfile …, or -selfsign -keyfile …>
certificate() {
  own=$1 file=$2 extension=$3 first=$4 last=$5
  shift 5
  : > "$work/index"
  cat > "$work/ca.cnf" <<EOF
[ca]
default_ca = us
[us]
database = $work/index
new_certs_dir = $work
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = extensions
[any]
commonName = supplied
[extensions]
$extension
EOF
  openssl req -new -key "$own" -subj "/CN=slipway test $(basename "$file" .crt)" -out "$work/request"
  openssl ca -batch -notext -config "$work/ca.cnf" -startdate "$first" -enddate "$last" -in "$work/request" -out "$file" "$@"
}

# Not from today on: a clock that goes wrong by a year must not break the tests.
from=20200101000000Z
to=21200101000000Z
here=subjectAltName=DNS:localhost,DNS:shop.test,IP:127.0.0.1,IP:0:0:0:0:0:0:0:1

for name in authority stranger; do
  key "$work/$name.key"
  certificate "$work/$name.key" "$work/$name.crt" basicConstraints=critical,CA:true "$from" "$to" \
    -selfsign -keyfile "$work/$name.key"
done
by() { echo "-cert $work/$1.crt -keyfile $work/$1.key"; }

key server.key
key client.key
# shellcheck disable=SC2046
{
  certificate server.key here.crt "$here" "$from" "$to" $(by authority)
  certificate server.key expired.crt "$here" "$from" 20200102000000Z $(by authority)
  certificate server.key elsewhere.crt subjectAltName=DNS:elsewhere.test "$from" "$to" $(by authority)
  certificate client.key client.crt subjectAltName=DNS:client.test "$from" "$to" $(by authority)
  certificate client.key stranger.crt subjectAltName=DNS:client.test "$from" "$to" $(by stranger)
}
certificate server.key self-signed.crt "$here" "$from" "$to" -selfsign -keyfile server.key
cp "$work/authority.crt" authority.crt
