#!/bin/sh
# Which Chromium the browser tests drive: prints its path, or says loudly that there is none and exits with 1.
#   chromium.sh            only looks
#   chromium.sh --install  and installs Debian's, where there is none and that can be done without a password
# CHROMIUM in the environment names one; then no other is looked for. A candidate must run: on Ubuntu,
# chromium-browser can be a stub that only tells to install a snap.
set -u

find_chromium() {
    if [ -n "${CHROMIUM:-}" ]; then set -- "$CHROMIUM"; else set -- chromium chromium-browser google-chrome; fi
    for name; do
        found=$(command -v "$name") && "$found" --version >/dev/null 2>&1 && echo "$found" && return 0
    done
    return 1
}

# Runs its arguments as root, or fails at once where that would take a password.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

install_chromium() {
    [ -z "${CHROMIUM:-}" ] && command -v apt-get >/dev/null 2>&1 && as_root true 2>/dev/null || return 1
    echo "No Chromium found: installing Debian's, for the browser tests." >&2
    as_root apt-get update -q >&2 &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium >&2
}

find_chromium && exit 0
[ "${1:-}" = --install ] && install_chromium && find_chromium && exit 0

cat >&2 <<'END'
*******************************************************************************
*  NO CHROMIUM: THE BROWSER TESTS DO NOT RUN.                                 *
*  Install one (Debian: apt-get install chromium), or name one that runs by   *
*  its path: make test CHROMIUM=/path/to/chromium                             *
*******************************************************************************
END
exit 1
