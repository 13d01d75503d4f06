#!/usr/bin/env bash
# Makes the secrets of deploy/compose.yaml, each once; those that exist stay.
#
#   deploy/secrets.sh [FOLDER]      default: deploy/secrets
set -euo pipefail

folder=${1:-$(dirname "$0")/secrets}
program=${DICTATION:-$(dirname "$0")/../bin/dictation}

# The containers' users are not this one: the folder is closed, its files are not.
umask 077
mkdir -p "$folder"
umask 022

# keep writes its standard input to a new file; one that exists stays as it is.
keep() {
	if [ -s "$folder/$1" ]; then
		cat >/dev/null
		return
	fi
	cat >"$folder/$1.new"
	mv "$folder/$1.new" "$folder/$1"
}

random() { head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }

if [ ! -s "$folder/signing_key" ] && [ ! -x "$program" ]; then
	echo "Run \"make build\" first: the key that signs notes is made by $program" >&2
	exit 1
fi
[ -s "$folder/signing_key" ] || "$program" signing-key | keep signing_key
random | keep postgres_password
random | keep nats_token
random | keep s3_secret_key
printf dictation | keep s3_access_key
printf 'postgres://dictation:%s@postgres:5432/dictation?sslmode=disable' "$(cat "$folder/postgres_password")" | keep database_url
printf 'nats://%s@nats:4222' "$(cat "$folder/nats_token")" | keep nats_url
printf 'token: "%s"\n' "$(cat "$folder/nats_token")" | keep nats_token.conf
