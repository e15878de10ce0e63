#!/usr/bin/env bash
# Restores the real Bicep CLI that tests/real-bicep/bicep.csproj pins into a folder and prints its path, so that
# `BICEP_PATH=$(scripts/real-bicep.sh) npm test` compares the stand-in with it. Where it cannot be had, one line on
# standard error says why.
set -euo pipefail
folder=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/spokeline-bicep}
project=$(cd "$(dirname "$0")/../tests/real-bicep" && pwd)/bicep.csproj

give_up() {
  echo "No real Bicep CLI: $1" >&2
  exit 1
}

command -v dotnet > /dev/null || give_up 'dotnet is not on the PATH.'
mkdir -p "$folder"
# A restore writes beside its project.
cp "$project" "$folder/"
log=$folder/restore.log
timeout 300 dotnet restore "$folder/bicep.csproj" --packages "$folder/packages" > "$log" 2>&1 ||
  give_up "dotnet restore failed ($(grep -m 1 -oE 'error [A-Z]+[0-9]+' "$log" || echo 'no code')), see $log."
for path in "$folder"/packages/azure.bicep.commandline.*/*/tools/bicep{,.exe}; do
  [ -f "$path" ] || continue
  chmod +x "$path"
  echo "$path"
  exit 0
done
give_up "the package in $folder/packages holds no program."
