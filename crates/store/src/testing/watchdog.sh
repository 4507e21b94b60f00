# Stops the PostgreSQL server of the tests when no test process is left.
# $1: folder with one file for each test process, named by its id; $2: data folder; $3: lock of who starts or stops it; $4: seconds to wait.
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
  # Who comes counts itself and looks for the server under this lock: either it is counted here, or it finds nothing left and starts anew.
  exec 9<"$3"
  locked=yes
  flock 9 || locked=no
  if anybody "$1"; then
    exec 9<&-
    idle=0
    continue
  fi
  kill -INT "$server"
  # Without the lock the next server may have its data there by now.
  [ "$locked" = yes ] || exit 0
  while [ -e "$2/postmaster.pid" ] && [ -d "/proc/$server" ]; do sleep 1; done
  rm -rf "$2"
  exit 0
done
