# shellcheck shell=bash
# The virtual environment of a checkout. Sourced by scripts/test and scripts/demo, never run alone.
#
#   environment_ready EXTRAS    makes .venv where it is missing or old, and installs us with EXTRAS
#   programs_ready              sees to the programs that the tests use beside Python
#
# Both are quick when there is nothing to do. What they say goes to standard error.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
environment="$root/.venv"

# A library path of another project would be imported instead of what we install.
unset PYTHONHOME PYTHONPATH

say() { printf '%s\n' "$*" >&2; }

stop() {
    say "error: $1"
    shift
    for line in "$@"; do say "  next: $line"; done
    exit 1
}

# The answer is asked for in words, so that a program that is no Python at all cannot say yes.
is_new_enough() {
    [ "$("$1" -c 'import sys; print(sys.version_info >= (3, 10))' 2>/dev/null </dev/null)" = True ]
}

find_python() {
    local candidate
    if [ -n "${CMSDEPLOY_PYTHON:-}" ]; then
        is_new_enough "$CMSDEPLOY_PYTHON" || stop \
            "CMSDEPLOY_PYTHON is $CMSDEPLOY_PYTHON, and that is no Python 3.10 or later" \
            "give the path of another interpreter, or unset CMSDEPLOY_PYTHON"
        printf '%s\n' "$CMSDEPLOY_PYTHON"
        return
    fi
    for candidate in python3 python3.13 python3.12 python3.11 python3.10; do
        if command -v "$candidate" >/dev/null && is_new_enough "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    stop "there is no Python 3.10 or later here" \
        "install one (Debian: apt-get install python3 python3-venv)," \
        "or name one: CMSDEPLOY_PYTHON=/path/to/python3.12 $0"
}

can_install_packages() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

install_packages() {
    say "-- apt-get install $*"
    export DEBIAN_FRONTEND=noninteractive
    { apt-get -q update && apt-get -q -y install --no-install-recommends "$@"; } </dev/null >&2
}

# Debian packs `venv` apart from Python. `import venv` works without it; ensurepip does not.
venv_module_ready() {
    "$1" -c 'import ensurepip, venv' 2>/dev/null </dev/null && return
    local package
    package="python$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
    if can_install_packages; then
        install_packages "$package" && return
    fi
    stop "$1 cannot make a virtual environment: its module ensurepip is missing" \
        "install it as root (Debian: apt-get install $package), then run this again"
}

# The environment belongs to one interpreter and to one place: moved or upgraded, it is made anew.
venv_ready() {
    local python mark
    python="$(find_python)" || exit 1
    mark="$root $("$python" -c 'import sys; print(sys.base_prefix, sys.version)' </dev/null)"
    if [ -x "$environment/bin/python" ] && [ "$(cat "$environment/made-for" 2>/dev/null)" = "$mark" ]; then
        return
    fi
    venv_module_ready "$python"
    say "-- making .venv with $python"
    rm -rf "$environment"
    "$python" -m venv "$environment" </dev/null >&2 || stop \
        "$python could not make $environment" "read the lines above; is the disk full?"
    printf '%s\n' "$mark" >"$environment/made-for"
}

environment_ready() {
    local extras="$1" sum
    venv_ready
    sum="$(cksum <"$root/setup.cfg") $(cksum <"$root/pyproject.toml")"
    [ "$(cat "$environment/installed-$extras" 2>/dev/null)" = "$sum" ] && return
    say "-- pip install -e '.[$extras]'"
    # Old stamps go first: an install that is cut must not look like one that ended well.
    rm -f "$environment"/installed-*
    "$environment/bin/python" -m pip install --quiet --disable-pip-version-check \
        -e "$root[$extras]" </dev/null >&2 || stop \
        "pip could not install what cmsdeploy needs" \
        "read pip's own lines above; it needs a way to its package index (proxy: HTTPS_PROXY)"
    # What is installed for the tests is enough for the demo too.
    printf '%s\n' "$sum" | tee "$environment/installed-$extras" >"$environment/installed-${extras%%,*}"
}

# package, a program by which we know that it is there, and what for.
programs=(
    "openssh-client  ssh      the lab is tried with OpenSSH's own ssh and sftp"
    "openssh-server  sshd     the product has to get along with OpenSSH's own server"
    "bind9-dnsutils  nsupdate the lab's DNS is tried with dig and nsupdate"
    "bind9           named    the referee for DNS answers and updates"
    "putty-tools     plink    the lab is tried with PuTTY's plink and psftp"
    "curl            curl     the lab's Web Admin is tried with curl"
    "openssl         openssl  the referee for certificates that we read or make"
    "graphviz        dot      the referee for graphs in its language"
    "chromium        chromium opens the HTML reports"
    "zsh             zsh      the completion is tried in it"
    "fish            fish     the completion is tried in it"
    "mandoc          mandoc   the referee for manual pages"
)

has_program() { PATH="$PATH:/usr/sbin:/usr/local/sbin:/sbin" command -v "$1" >/dev/null; }

programs_ready() {
    local package program reason missing=()
    for entry in "${programs[@]}"; do
        read -r package program reason <<<"$entry"
        has_program "$program" && continue
        say "-- missing: $program, in the Debian package $package: $reason"
        missing+=("$package")
    done
    [ ${#missing[@]} = 0 ] && return
    if can_install_packages; then
        install_packages "${missing[@]}" && return
        stop "apt-get could not install ${missing[*]}" "read its own lines above"
    fi
    stop "the tests need programs that are not here: ${missing[*]}" \
        "as root: apt-get update && apt-get install ${missing[*]}" \
        "or run a part that does without them: ./scripts/test tests/inventory"
}
