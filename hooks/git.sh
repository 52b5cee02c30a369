#!/bin/sh
# prsist-git-hook HOOK [ARG...]: leave what git did in the spool, exit 0. Called in the background from git's hooks;
# everything it notes is a hint, the reflog is the truth. POSIX sh only; it prints nothing.
[ -n "${PRSIST_HOOK_DEBUG-}" ] || exec 2>/dev/null
trap '' HUP PIPE
umask 077
LC_ALL=C                             # letters are ASCII letters, characters are bytes
PATH=${PATH:+$PATH:}/usr/bin:/bin    # an empty element would mean the repository itself
hook=${1-} home=${HOME-} nl='
'
home=${home%/}
case $hook in
  post-rewrite | pre-push | reference-transaction) drain() { [ -t 0 ] || cat >/dev/null; } ;;
  *) drain() { :; } ;;
esac
case $hook in '' | *[!A-Za-z-]*) exit 0 ;; esac
[ -z "${PRSIST_SKIP_HOOKS-}${PRSIST_IN_HOOK-}" ] || { drain; exit 0; }
PRSIST_IN_HOOK=1
export PRSIST_IN_HOOK
shift

# 1. State directory, as in prsist-hook.
state=''
if [ -n "${PRSIST_HOME-}" ]; then state=$PRSIST_HOME/state
else IFS= read -r state <"$home/.local/share/prsist/state-dir"; fi
[ -n "$state" ] || state=${XDG_STATE_HOME:-$home/.local/state}/prsist
spool=$state/spool
[ -d "$spool" ] || mkdir -p "$spool" "$state/printed"

# 2. A name of its own, as in prsist-hook. Git events are few: a full spool does not stop them.
tmp='' out='' n=0
IFS= read -r name </proc/sys/kernel/random/uuid || name=$$-${PPID-}
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

# 3. Header, empty line, and git's own lines for the hooks that get some.
put() { case $2 in '' | *"$nl"*) ;; *) printf '%s %s\n' "$1" "$2" ;; esac; }
inside=''
if [ -n "${CLAUDECODE-}" ]; then inside=claude-code
elif [ -n "${GEMINI_CLI-}" ]; then inside=gemini-cli
elif [ -n "${OPENCODE-}" ]; then inside=opencode; fi
{
  printf 'prsist-event 1\nagent git\nevent %s\n' "$hook"
  put pwd "${PWD-}"
  put git_dir "${GIT_DIR-}"
  put head "$(git rev-parse -q --verify HEAD)"
  put ref "$(git symbolic-ref -q HEAD)"
  put inside "$inside"
  for arg do put arg "$arg"; done
  printf '\n'
  case $hook in post-rewrite | pre-push | reference-transaction) head -c 262145 ;; esac
} >>"${tmp:-/dev/null}"
drain
[ -z "$tmp" ] || mv -f "$tmp" "$out"
exit 0
