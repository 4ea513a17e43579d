#!/usr/bin/env bash
# Writes the secrets of docker-compose.yml into ./secrets, once; what is there is kept.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

random() { head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }

mkdir -p secrets
# The folder is closed; the files in it are handed to containers, whose users have other numbers.
chmod 0700 secrets
[ -s secrets/secret_key ] || random >secrets/secret_key
[ -s secrets/db_password ] || random >secrets/db_password
[ -s secrets/db_superuser_password ] || random >secrets/db_superuser_password
rm -f secrets/database_url
printf 'postgres://tracker:%s@db:5432/tracker' "$(cat secrets/db_password)" >secrets/database_url
chmod 0444 secrets/*
echo "secrets are in $PWD/secrets; back up secret_key and db_password"
