#!/usr/bin/env bash
# What is in many workflows: curl-checks.sh <url> <checks>. grep is on every runner, and cheaper than jq.
failed=0
for ((check = 0; check < $2; check++)); do
  answer=$(curl --silent --write-out '\n%{http_code}' "$1/checks/$check")
  [[ ${answer##*$'\n'} == 200 ]] && grep --quiet '"status":"ok"' <<<"$answer" || failed=$((failed + 1))
done
echo "$2 checks, $failed failed"
((failed == 0))
