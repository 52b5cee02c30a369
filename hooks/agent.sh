#!/bin/sh
# prsist-hook AGENT EVENT [JSON]: leave the agent's event in the spool, print the prepared brief, exit 0.
# POSIX sh only (dash, busybox ash, bash, ksh): no local, no arrays, no [[ ]]. It never talks to the daemon.
# Installed under a fixed path that agents trust by hash: behaviour may change here, the command line never does.
[ -n "${PRSIST_HOOK_DEBUG-}" ] || exec 2>/dev/null
trap '' HUP PIPE
umask 077
LC_ALL=C                             # letters are ASCII letters, characters are bytes
PATH=${PATH:+$PATH:}/usr/bin:/bin    # an empty element would mean the repository itself
agent=${1-} event=${2-} home=${HOME-} nl='
'
home=${home%/}
drain() { [ -t 0 ] || cat >/dev/null; } # an agent that is still writing must not see a broken pipe
case $agent/$event in /* | */ | */*/* | *[!A-Za-z0-9._/-]*) drain; exit 0 ;; esac
[ -z "${PRSIST_SKIP_HOOKS-}" ] || { drain; exit 0; }

# 1. State directory: PRSIST_HOME, else the line the installer left, else XDG.
state=''
if [ -n "${PRSIST_HOME-}" ]; then state=$PRSIST_HOME/state
else IFS= read -r state <"$home/.local/share/prsist/state-dir"; fi
[ -n "$state" ] || state=${XDG_STATE_HOME:-$home/.local/state}/prsist
spool=$state/spool
if [ ! -d "$spool" ] || [ ! -d "$state/printed" ]; then mkdir -p "$spool" "$state/printed"; fi

# 2. A name nobody else has: random on Linux, the pid elsewhere. Noclobber (O_EXCL) settles what still collides, and
#    the final name is looked at only while the temporary one is held.
tmp='' out='' n=0
IFS= read -r name </proc/sys/kernel/random/uuid || name=$$-${PPID-}
case $event in *Tool* | *tool* | after*) [ ! -e "$spool/.full" ] || n=20 ;; esac
set -C
while [ "$n" -lt 20 ]; do
  tmp=$spool/.$name-$n.tmp out=$spool/$name-$n.evt
  if printf '' >"$tmp"; then
    [ -e "$out" ] || break
    rm -f "$tmp"
  fi
  tmp='' n=$((n + 1))
done
set +C

# 3. "key value" lines, an empty line, then the agent's bytes: 256 KiB, and one more to show that there were more.
{
  printf 'prsist-event 1\nagent %s\nevent %s\npid %s\n' "$agent" "$event" "$$"
  case ${PWD-} in '' | *"$nl"*) ;; *) printf 'pwd %s\n' "$PWD" ;; esac
  printf '\n'
  if [ $# -gt 2 ]; then printf '%s\n' "$3"; elif [ ! -t 0 ]; then head -c 262145; fi
} >>"${tmp:-/dev/null}"
[ $# -gt 2 ] || drain

# 4. Only events that accept context go on. Their ids are read before the file is handed over.
kind='' line='' more=''
case $agent:$event in
  claude-code:SessionStart | codex:SessionStart | gemini-cli:SessionStart | cursor:sessionStart | copilot-cli:sessionStart)
    kind=start
    {
      while IFS= read -r line && [ -n "$line" ]; do :; done
      IFS= read -r line
      while [ ${#line} -lt 4096 ] && IFS= read -r more; do line=$line$more; done
    } <"${tmp:-/dev/null}" ;;
  claude-code:UserPromptSubmit | codex:UserPromptSubmit | gemini-cli:BeforeAgent)
    if [ -e "$state/deltas" ]; then
      kind=delta line=$(head -c 4096 "${tmp:-/dev/null}")
      line=${line#*"$nl$nl"}
    fi ;;
  cursor:beforeSubmitPrompt) printf '{"continue":true}\n' ;;
esac
[ -z "$tmp" ] || mv -f "$tmp" "$out"
[ -n "$kind" ] || exit 0
case $agent$line in cursor*) ;; *'"cursor_version":'*) exit 0 ;; esac # Cursor, running the hooks of Claude Code

field() { # field NAME: $val = the first string called NAME in $line; empty when there is none or it has escapes
  val=${line#*\""$1"\":}
  [ "$val" != "$line" ] || val=''
  val=${val#\ } val=${val#\[}
  case $val in \"*) val=${val#\"} val=${val%%\"*} ;; *) val='' ;; esac
  case $val in *\\*) val='' ;; esac
}

# 5. A daemon that is away is started in the background, at session start only. Nobody waits for it.
if [ "$kind" = start ] && [ -x "${0%/*}/prsist-start" ]; then
  ep=''
  IFS= read -r ep <"$state/endpoint.json"
  pid=${ep#*\"pid\":} pid=${pid#\ } pid=${pid%%[!0-9]*}
  if [ -n "$pid" ]; then # one that has ended but that nobody collects (a container) is away too
    kill -0 "$pid" || pid=''
    IFS= read -r more <"/proc/${pid:-0}/stat" && case $more in *') Z '*) pid='' ;; esac
  fi
  if [ -z "$pid" ]; then "${0%/*}/prsist-start" "$state" </dev/null >/dev/null 2>&1 & fi
fi

# 6. Project: the nearest .prsist/brief/KEY going up. The key is this device's own, so a folder that came with a clone
#    is never read. A linked work tree is answered by its folder in the main work tree's.
key='' dir='' brief='' git='' gd=''
IFS= read -r key <"$state/brief-key"
[ -n "$key" ] || exit 0
case $agent in
  claude-code) dir=${CLAUDE_PROJECT_DIR-} ;;
  gemini-cli) dir=${GEMINI_PROJECT_DIR-} ;;
  cursor) field workspace_roots; dir=$val ;;
esac
[ -n "$dir" ] || { field cwd; dir=${val:-${PWD-}}; }
case $dir in /*) dir=${dir%/} ;; *) exit 0 ;; esac
while [ -n "$dir" ] && [ "$dir" != "$home" ]; do
  gd=''
  if [ -f "$dir/.git" ]; then
    IFS= read -r gd <"$dir/.git"
    gd=${gd#gitdir: }
    case $gd in '' | /*) ;; *) gd=$dir/$gd ;; esac
  fi
  if [ -d "$dir/.prsist/brief/$key" ]; then
    brief=$dir/.prsist/brief/$key git=${gd:-$dir/.git}
    break
  fi
  case $gd in
    */worktrees/*)
      git=$gd gd=${gd%/worktrees/*} # now the git dir all work trees share
      for brief in "$gd/.prsist/brief/$key" "${gd%/.git}/.prsist/brief/$key" ''; do [ ! -d "$brief" ] || break; done
      if [ -n "$brief" ]; then
        [ ! -d "$brief/wt/${git##*/}" ] || brief=$brief/wt/${git##*/}
        break
      fi ;;
  esac
  dir=${dir%/*}
done
[ -n "$brief" ] || exit 0

# 7. Print. A start: once per session, never into a resumed transcript. A delta, a handoff: claimed by rename, so once.
#    The mark of a session that was printed to holds what it was told last: asked for again, it is told the same.
show() {
  [ -s "$1" ] || return 0
  if [ -n "$mark" ] && [ -f "$mark" ]; then tee "$mark" <"$1"; else cat "$1"; fi
}
for name in session_id sessionId conversation_id; do
  field "$name"
  [ -z "$val" ] || break
done
case $val in *[!A-Za-z0-9._-]*) val='' ;; esac
sid=$val mark=''
[ -z "$sid" ] || mark=$state/printed/$agent.$sid
if [ "$kind" = delta ]; then
  f=$brief/$agent.$sid.delta
  [ ! -f "$f" ] || { mv -f "$f" "$f.$$" && cat "$f.$$"; }
  exit 0
fi
field source
case $val in
  resume | fork) exit 0 ;;
  compact) [ ! -s "$brief/$agent.$sid.compact" ] || { show "$brief/$agent.$sid.compact"; exit 0; } ;;
  clear) ;;
  *)
    set -C
    [ -z "$sid" ] || printf '' >"$mark" || [ ! -e "$mark" ] || exit 0
    set +C ;;
esac
f=$brief/$agent.start head='' at='' # rendered for one branch; on another the plain one stands
if [ -f "$brief/HEAD" ]; then
  IFS= read -r head <"$brief/HEAD"
  IFS= read -r at <"$git/HEAD"
fi
if [ "$head" != "$at" ]; then f=$brief/$agent.plain
elif [ "$val" != compact ] && [ -s "$brief/$agent.handoff" ]; then
  mv -f "$brief/$agent.handoff" "$brief/$agent.handoff.$$" && f=$brief/$agent.handoff.$$
fi
show "$f"
exit 0
