#!/bin/sh
# Is everything as promised? Silent and 0 where it is; else it says what is not, and ends as
# `cmsdeploy verify` does: 2 differs, 4 a box was not reached (6 both), 3 a mistake in the site,
# 5 a bad option, 7 refused. Only reads are sent. drift.xml (JUnit), drift.html and drift.txt stay
# in the site.
#
# CMSDEPLOY_SITE        the site folder, as `cmsdeploy init` makes it
# CMSDEPLOY_INVENTORY   its inventory            CMSDEPLOY_DAYS  days that certificates have to last
[ -n "$CMSDEPLOY_SITE" ] || { echo "CMSDEPLOY_SITE: say where the site is" >&2; exit 3; }
cd "$CMSDEPLOY_SITE" || exit 3
export CMSDEPLOY_INVENTORY="${CMSDEPLOY_INVENTORY:-inventories/production}"
umask 077
rm -f drift.html
cmsdeploy verify "${1:-playbooks/site.yml}" --expires-within "${CMSDEPLOY_DAYS:-30}" \
  --junit drift.xml --report drift.html >drift.txt 2>&1
code=$?
[ "$code" -eq 0 ] || cat drift.txt
exit "$code"
