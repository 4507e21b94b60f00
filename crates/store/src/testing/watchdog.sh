# Stops the PostgreSQL server of the tests when no test process is left.
# $1: folder with one file for each test process, named by its id; $2: data folder; $3: socket; $4: seconds to wait.
trap '' HUP INT

anybody() {
  for user in "$1"/*; do
    [ -d "/proc/${user##*/}" ] && return 0
  done
  return 1
}

idle=0
while sleep 1; do
  read -r server <"$2/postmaster.pid" || exit 0
  [ -d "/proc/$server" ] || exit 0
  if anybody "$1"; then
    idle=0
    continue
  fi
  idle=$((idle + 1))
  [ "$idle" -lt "$4" ] && continue
  # Hidden first, then counted again: who came meanwhile either is counted, or finds no socket and waits for the end.
  mv "$3" "$3.hidden"
  if anybody "$1"; then
    mv "$3.hidden" "$3"
    idle=0
    continue
  fi
  kill -INT "$server"
  while [ -e "$2/postmaster.pid" ] && [ -d "/proc/$server" ]; do sleep 1; done
  rm -rf "$2" "$3.hidden"
  exit 0
done
