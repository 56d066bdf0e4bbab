#!/usr/bin/env bash
# One stage of a pipeline, the same on every CI service: bash ci/lockstep.sh <stage> [<environment> [<stage to record>]]
# What people ask for comes in by the environment and is never part of a command. A stage that fails ends the run with the
# exit code of what failed. What one stage leaves for the next lies in .stages/: how it ended and how long it took, too.
set -euo pipefail

readonly asked=${1:-} wanted=${2:-} recorded=${3:-}
readonly main=@DRY@
readonly kept=${LOCKSTEP_STAGES:-.stages}
readonly agent=${LOCKSTEP_AGENT:-} environment=${wanted:-${LOCKSTEP_ENVIRONMENT:-}} reason=${LOCKSTEP_REASON:-} actor=${LOCKSTEP_ACTOR:-}
readonly image_stages=(unit_test build_image security_scan)
private=

fail() {
  printf 'lockstep: %s\n' "$*" >&2
  exit 2
}

# Programs of the CI image: `need <program>…`.
need() {
  local program
  for program in "$@"; do
    command -v "$program" >/dev/null || fail "the image of this job has no \`$program\`"
  done
}

# What the environment has to say: `ask <variable>…`.
ask() {
  local variable
  for variable in "$@"; do
    [ -n "${!variable:-}" ] || fail "\`$variable\` is not set"
  done
}

asked_environment() {
  [ -n "$environment" ] || fail "no environment is named"
}

# Every branch and note of the remote.
fetch() {
  git fetch --quiet origin '+refs/heads/*:refs/remotes/origin/*' '+refs/notes/*:refs/notes/*'
}

# Lets git push with the token of this stage, and commit in the name of who asked for it. The token is in no file.
lend() {
  local remote
  if [ -n "${LOCKSTEP_TOKEN:-}" ]; then
    remote=$(git remote get-url origin)
    case "$remote" in
      http*) git remote set-url origin "$(sed -E 's#://[^/@]*@#://#' <<<"$remote")" ;;
    esac
    git config --local --replace-all credential.helper ''
    # shellcheck disable=SC2016 # git's shell reads the variables
    git config --local --add credential.helper \
      '!f() { [ "$1" = get ] && printf "username=%s\npassword=%s\n" "${LOCKSTEP_USERNAME:-lockstep}" "$LOCKSTEP_TOKEN"; }; f'
  fi
  if [ -n "$actor" ]; then
    git config --local user.name "$actor"
    git config --local user.email "${LOCKSTEP_ACTOR_EMAIL:-$actor@users.invalid}"
  fi
  fetch
}

# A branch that people are to take over: `propose <branch> <title> <text>`.
propose() {
  local options=() text
  if ! git rev-parse --quiet --verify "refs/heads/$1" >/dev/null; then
    echo "no file has to change, so nothing is proposed"
    return 0
  fi
  text=$(tr '\n' ' ' <<<"$3")
  if [ -n "${GITLAB_CI:-}" ]; then
    options=(-o merge_request.create -o "merge_request.target=$main" -o "merge_request.title=$2"
      -o "merge_request.description=${text}Requested-by: @$actor")
  fi
  git push --quiet "${options[@]}" origin "refs/heads/$1"
  echo "proposed: \`$1\` for \`$main\`: $2"
  [ -z "${GITLAB_CI:-}" ] || return 0
  { printf '%s\n\n' "$3" && { cat "$kept/change.md" 2>/dev/null || true; } && printf '%s\n' "${actor:+Requested-by: @$actor}"; } |
    bash ci/propose.sh "$1" "$main" "$2"
}

# A branch of this run.
branch() {
  echo "$1/$2-${LOCKSTEP_RUN:-$(date +%s)}"
}

# Builds the tool before a clock starts.
built() {
  cargo xtask doctor --quiet >/dev/null || true
  SECONDS=0
}

# The seconds and the outcome of a stage, for `record`.
finish() {
  local code=$? status=passed
  [ "$code" = 0 ] || status=failed
  echo "$status $SECONDS" >"$kept/$1"
  [ -z "$private" ] || rm -rf "$private"
}

# Tells the ledger how a stage went: `tell <stage> <agent> [<option>…]`.
tell() {
  local status=skipped seconds=0
  [ ! -f "$kept/$1" ] || read -r status seconds <"$kept/$1"
  cargo xtask stage record "$1" "$status" --agent "$2" --duration "$seconds" "${@:3}" --push
}

summary() {
  cargo xtask stage summary --agent "$1" --format text --format markdown --output "$kept/summary-$1.md"
}

# ---- every pipeline

prepare() {
  need git cargo jq
  rm -rf "${kept:?}"
  mkdir "$kept"
  fetch
  cargo xtask doctor
}

# All that a change must hold; of a branch that something is released from, without a base, all of the fleet.
check() {
  local worst=0 base=()
  fetch
  [ -z "${LOCKSTEP_BRANCH:-}" ] || cargo xtask branch "$LOCKSTEP_BRANCH" || worst=$?
  [ -z "${LOCKSTEP_BASE:-}" ] || base=(--base "origin/$LOCKSTEP_BASE")
  built
  cargo xtask check "${base[@]}" --time-limit 1200 --format text --format markdown --output "$kept/comment.md" \
    --format gitlab --output "$kept/quality.json" --format junit --output "$kept/junit.xml" \
    --format sarif --output "$kept/lockstep.sarif" || worst=$?
  return "$worst"
}

# The suites of the agents that a change touches.
evaluate() {
  local agents
  ask LOCKSTEP_BASE
  fetch
  agents=$(cargo xtask affected --base "origin/$LOCKSTEP_BASE" --suites | jq -r 'join(" ")')
  # shellcheck disable=SC2086 # names of agents have no spaces
  [ -z "$agents" ] || cargo xtask evaluate $agents
}

nightly() {
  fetch
  cargo xtask verify
  cargo xtask diff
}

# ---- release: what was merged

# The evidence of candidates that differ from what runs: what was checked, and their recorded cases.
evidence() {
  local unit candidates status worst=0
  lend
  cargo xtask diff --format json >"$kept/diff.json"
  candidates=$(jq -r '[.result.units[] | select(.environment as $e | @CANDIDATE_LIST@ | index($e))
    | select(.unit != "_environment" and .change != "removed") | .unit] | unique | join(" ")' "$kept/diff.json")
  [ ! -f "$kept/check" ] || cp "$kept/check" "$kept/static_analysis"
  for unit in $candidates; do
    tell static_analysis "$unit"
    if [ -d "agents/$unit/regression/cases" ]; then
      SECONDS=0
      status=passed
      cargo xtask evaluate "$unit" || { status=failed; worst=1; }
      echo "$status $SECONDS" >"$kept/prompt_regression"
      tell prompt_regression "$unit"
    fi
    summary "$unit"
  done
  return "$worst"
}

# What is to be released to an environment: the agents that differ, if this branch may go there.
waiting() {
  local branch
  branch=${LOCKSTEP_BRANCH:-$(git branch --show-current)}
  cargo xtask branch "${branch:-$main}" --format json >"$kept/branch.json"
  cargo xtask diff --environment "$environment" --format json >"$kept/diff.json"
  jq -r --slurpfile branch "$kept/branch.json" --arg agent "$agent" '.result.units[]
    | select(.environment as $e | $branch[0].result.environments | index($e))
    | select($agent == "" or .unit == $agent) | select(.change != "removed") | .unit' "$kept/diff.json"
}

# The strategies of some units, joined by `+` where they differ.
strategy_of() {
  local unit
  for unit in "$@"; do
    [ "$unit" = _environment ] || cargo xtask explain values "$unit" rollout.strategy --environment "$environment" --format json |
      jq -r '.result.values[0].value'
  done | sort -u | paste -sd+
}

# Whether there is something to release, and with which strategy: `proceed` and `strategy` in $LOCKSTEP_ANSWERS.
analyse() {
  local units strategy proceed=false answers=${LOCKSTEP_ANSWERS:-$kept}
  asked_environment
  fetch
  units=$(waiting)
  # shellcheck disable=SC2086 # names of units have no spaces
  strategy=$(strategy_of $units)
  [ -z "$units" ] || proceed=true
  if [ "$proceed" = true ] && [ -n "${LOCKSTEP_STRATEGY:-}" ] && [ "$LOCKSTEP_STRATEGY" != "$strategy" ]; then
    fail "the values ask for \`$strategy\`, and not for \`$LOCKSTEP_STRATEGY\`: change \`rollout.strategy\`, since a release takes nothing from outside"
  fi
  echo "$environment: proceed $proceed, strategy ${strategy:-rolling}"
  echo "$proceed" >"$answers/proceed"
  echo "${strategy:-rolling}" >"$answers/strategy"
}

rehearse() {
  asked_environment
  fetch
  cargo xtask release "$environment" ${agent:+--agent "$agent"} --dry-run
}

# Releases an environment, and records the stage that this is on each tuple that moved: `release <environment> <stage>`.
release() {
  local key=() units unit
  asked_environment
  lend
  if [ -n "${LOCKSTEP_STRATEGY:-}" ]; then
    units=$(waiting)
    # shellcheck disable=SC2086 # names of units have no spaces
    [ -z "$units" ] || [ "$(strategy_of $units)" = "$LOCKSTEP_STRATEGY" ] || fail "the strategy is not \`$LOCKSTEP_STRATEGY\` any more"
  fi
  [ ! -f "${LOCKSTEP_KEY:-}" ] || key=(--key "$LOCKSTEP_KEY")
  built
  cargo xtask release "$environment" ${agent:+--agent "$agent"} "${key[@]}" --push --format text --format json --output "$kept/release.json" \
    --format markdown --output "$kept/release-$environment.md"
  [ -n "$recorded" ] || return 0
  echo "passed $SECONDS" >"$kept/$recorded"
  units=$(jq -r '.result.environments[].units[] | select(.unit != "_environment")
    | select(.change == "added" or .change == "changed") | .unit' "$kept/release.json")
  for unit in $units; do
    tell "$recorded" "$unit" --environment "$environment"
  done
}

validate_release() {
  asked_environment
  fetch
  cargo xtask verify --environment "$environment"
  cargo xtask status
}

# ---- by hand

promote() {
  local branch
  ask LOCKSTEP_AGENT LOCKSTEP_FROM
  asked_environment
  lend
  git switch --quiet --detach "origin/$main"
  # promotion reads what is recorded here, and says whether a failure is in its way
  cargo xtask evaluate "$agent" --environment "$LOCKSTEP_FROM" --for "$environment" --evidence --push || true
  branch=$(branch promote "$environment")
  cargo xtask promote "$agent" --from "$LOCKSTEP_FROM" --to "$environment" ${LOCKSTEP_RELEASE:+--as "$LOCKSTEP_RELEASE"} --branch "$branch" --push
  cargo xtask diff "origin/$main" "$branch" --format text --format markdown --output "$kept/change.md"
  propose "$branch" "Promote $agent from $LOCKSTEP_FROM to $environment" ""
}

hold() { hold_or_resume hold; }
resume() { hold_or_resume resume; }

hold_or_resume() {
  local branch
  ask LOCKSTEP_AGENT LOCKSTEP_REASON
  asked_environment
  lend
  git switch --quiet --detach "origin/$main"
  branch=$(branch hold "$environment")
  cargo xtask "$1" "$agent" --environment "$environment" --reason "$reason" --branch "$branch" --push
  propose "$branch" "${1^} $agent in $environment" "$reason"
}

rollback() {
  local branch key=()
  ask LOCKSTEP_AGENT LOCKSTEP_REASON
  asked_environment
  lend
  git switch --quiet --detach "origin/$main"
  branch=$(branch rollback "$environment")
  [ ! -f "${LOCKSTEP_KEY:-}" ] || key=(--key "$LOCKSTEP_KEY")
  cargo xtask rollback "$agent" --environment "$environment" ${LOCKSTEP_RELEASE:+--to "$LOCKSTEP_RELEASE"} --reason "$reason" "${key[@]}" --branch "$branch" --push
  propose "$branch" "Roll $agent back in $environment" "$reason"
}

# ---- a new image

# Where the image goes, and that the commit is one; `look_up tagged` takes only one that a tag names.
look_up() {
  ask LOCKSTEP_AGENT LOCKSTEP_SOURCE LOCKSTEP_REVISION
  [[ $LOCKSTEP_REVISION =~ ^[0-9a-f]{40}$ ]] || fail "\`$LOCKSTEP_REVISION\` is no full SHA"
  if [ "$wanted" = tagged ]; then
    GIT_ALLOW_PROTOCOL=${GIT_ALLOW_PROTOCOL:-https:ssh} git ls-remote --tags "$LOCKSTEP_SOURCE" >"$kept/tags"
    grep -q "^$LOCKSTEP_REVISION" "$kept/tags" || fail "no tag names $LOCKSTEP_REVISION"
  fi
  cargo xtask candidate "$agent" --format json | jq -er .result.repository >"$kept/repository"
}

# The code of the agent: foreign, so it is built in containers alone, and nothing of ours is lent to them.
source_code() {
  need docker
  ask LOCKSTEP_SOURCE LOCKSTEP_REVISION
  [ -n "$private" ] || private=$(mktemp -d)
  git init --quiet "$private/source"
  GIT_ALLOW_PROTOCOL=${GIT_ALLOW_PROTOCOL:-https:ssh} git -C "$private/source" fetch --quiet --depth 1 "$LOCKSTEP_SOURCE" "$LOCKSTEP_REVISION"
  git -C "$private/source" checkout --quiet FETCH_HEAD
  docker buildx create --use ${LOCKSTEP_BUILDKIT:+--driver remote "$LOCKSTEP_BUILDKIT"} >/dev/null
}

# Credentials of the registry for this stage alone. The service's own go to its own registry and to no other.
registry() {
  local host=${1%%/*}
  [ -n "$private" ] || private=$(mktemp -d)
  if [ -n "${CI_REGISTRY:-}" ] && [ "$host" = "$CI_REGISTRY" ]; then
    export LOCKSTEP_REGISTRY_USERNAME=$CI_REGISTRY_USER LOCKSTEP_REGISTRY_PASSWORD=$CI_REGISTRY_PASSWORD
  fi
  [ -n "${LOCKSTEP_REGISTRY_PASSWORD:-}" ] || return 0
  export DOCKER_CONFIG=$private/docker
  mkdir "$DOCKER_CONFIG"
  jq -n --arg host "$host" \
    '{auths: {($host): {auth: (env.LOCKSTEP_REGISTRY_USERNAME + ":" + env.LOCKSTEP_REGISTRY_PASSWORD | @base64)}}}' \
    >"$DOCKER_CONFIG/config.json"
}

unit_test() {
  source_code
  docker buildx build --target test --output type=cacheonly "$private/source"
}

build_image() {
  local repository
  repository=$(<"$kept/repository")
  registry "$repository"
  source_code
  docker buildx build --push --provenance=true --sbom=true --metadata-file "$kept/build.json" \
    --tag "$repository:$LOCKSTEP_REVISION" "$private/source"
  jq -er --arg repository "$repository" '$repository + "@" + ."containerimage.digest"' "$kept/build.json" >"$kept/image"
}

security_scan() {
  need grype
  registry "$(<"$kept/repository")"
  grype "registry:$(<"$kept/image")" --fail-on high
}

candidate() {
  local branch
  ask LOCKSTEP_AGENT LOCKSTEP_REVISION
  lend
  branch=$(branch candidate "$agent")
  git switch --quiet --create "$branch" "origin/$main"
  cargo xtask candidate "$agent" --image "$(<"$kept/image")"
  git add agents
  if git diff --cached --quiet; then
    echo "it is the candidate already"
    return 0
  fi
  git commit --quiet --message "Take $agent's image of ${LOCKSTEP_REVISION:0:7} as candidate" ${actor:+--trailer "Requested-by: $actor"}
  propose "$branch" "New image of $agent" "$(<"$kept/image"), built of $LOCKSTEP_REVISION"
}

# The stages of an image on the tuple that it would be; a commit that stays here says which. Never on the candidate of today.
record() {
  local stage
  [ -f "$kept/repository" ] || return 0
  if [ ! -f "$kept/image" ]; then
    echo "no image of $agent, so there is no tuple that its stages could be said of:"
    for stage in "${image_stages[@]}"; do
      echo "  $stage: $(cat "$kept/$stage" 2>/dev/null || echo skipped)"
    done
    return 0
  fi
  lend
  git switch --quiet --detach "origin/$main"
  cargo xtask candidate "$agent" --image "$(<"$kept/image")"
  git commit --all --allow-empty --quiet --message "The tuple that was built"
  for stage in "${image_stages[@]}"; do
    tell "$stage" "$agent" --detail "commit=$LOCKSTEP_REVISION"
  done
  summary "$agent"
}

case "$asked" in
  prepare | check | evaluate | nightly | evidence | analyse | rehearse | release | validate_release | promote | hold | resume | \
    rollback | look_up | unit_test | build_image | security_scan | candidate | record)
    mkdir -p "$kept"
    SECONDS=0
    trap 'finish "$asked"' EXIT
    "$asked"
    ;;
  *) fail "there is no stage \`$asked\`" ;;
esac
