#!/bin/sh
# prsist-start [STATE_DIR]: start the daemon detached and return at once; exit 0. A daemon that already serves makes the
# new one leave by itself. The files beside it are written by the installer, one line each: node-path, daemon-path;
# start-env holds NAME=value lines, so that a hook started from a desktop reaches the same directories.
exec 2>/dev/null
umask 077
PATH=${PATH:+$PATH:}/usr/bin:/bin
case $0 in */*) here=${0%/*} ;; *) here=. ;; esac
case $here in /*) ;; *) here=$PWD/$here ;; esac
node='' daemon='' line=''
IFS= read -r node <"$here/node-path"
IFS= read -r daemon <"$here/daemon-path"
[ -x "$node" ] || node=$(command -v node)
[ -n "$node" ] && [ -f "$daemon" ] || exit 0

# The hook takes the noted state directory unless PRSIST_HOME is set; the daemon has to do the same.
if [ -z "${PRSIST_HOME-}" ] && [ -f "$here/start-env" ]; then
  while IFS= read -r line; do
    case $line in PRSIST_HOME=* | XDG_CONFIG_HOME=* | XDG_DATA_HOME=* | XDG_STATE_HOME=*) export "${line%%=*}=${line#*=}" ;; esac
  done <"$here/start-env"
fi

# With no daemon to keep the spool within its bounds, this is the one who looks: 20,000 files or 64 MiB.
spool=${1:+$1/spool}
if [ -d "${spool:-/nonexistent}" ] && [ ! -e "$spool/.full" ]; then
  set -- "$spool"/*.evt
  size=$(du -sk "$spool") size=${size%%[!0-9]*}
  if [ $# -ge 20000 ] || [ "${size:-0}" -ge 65536 ]; then printf '' >"$spool/.full"; fi
fi

# Nothing of the agent that happened to start it may stay with a process that outlives it.
unset NODE_OPTIONS GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE GIT_PREFIX CLAUDECODE CLAUDE_PROJECT_DIR GEMINI_PROJECT_DIR
cd / || exit 0
trap '' HUP
if command -v setsid >/dev/null; then setsid "$node" "$daemon" </dev/null >/dev/null 2>&1 &
else nohup "$node" "$daemon" </dev/null >/dev/null 2>&1 & fi
exit 0
