#!/usr/bin/env bash
# Opens a pull request of a branch that was pushed: bash ci/propose.sh <branch> <target> <title> < <text>
# With the token of the stage it asks the API of the code host; without one, or where the host is none that it knows, it says
# where a person opens the pull request. The branch is there either way, so nothing of this is a failure. It reads:
#   LOCKSTEP_TOKEN      may open pull requests, too
#   LOCKSTEP_FORGE      github, gitlab or gitea (or forgejo), where the name of the host does not tell
#   LOCKSTEP_FORGE_URL  the repository as a browser finds it, where that is not where git does
set -euo pipefail

readonly branch=${1:?} target=${2:?} title=${3:?}
private=$(mktemp -d)
readonly private
trap 'rm -rf "$private"' EXIT

# The repository as a browser finds it; nothing where git alone does.
address() {
  local remote
  remote=${LOCKSTEP_FORGE_URL:-$(git remote get-url origin)}
  case "$remote" in
    http://* | https://*) sed -E 's#^(https?://)([^/@]*@)?#\1#; s#(\.git)?/*$##' <<<"$remote" ;;
    ssh://*) sed -E 's#^ssh://([^/@]*@)?([^/:]+)(:[0-9]+)?/+#https://\2/#; s#(\.git)?/*$##' <<<"$remote" ;;
    *://* | /* | ./* | ../*) ;;
    *:*) sed -E 's#^([^/@:]*@)?([^/:]+):/*#https://\2/#; s#(\.git)?/*$##' <<<"$remote" ;;
  esac
}

# Whose API the host speaks, by what was said or by its name.
forge() {
  case "${LOCKSTEP_FORGE:-$1}" in
    github | github.*) echo github ;;
    gitlab | gitlab.*) echo gitlab ;;
    gitea | gitea.* | forgejo | forgejo.* | codeberg.org) echo gitea ;;
  esac
}

encoded() {
  jq -rn --arg text "$1" '$text | @uri'
}

# Where a person opens it.
page() {
  case "$kind" in
    github) echo "$web/compare/$target...$branch?expand=1" ;;
    gitlab) echo "$web/-/merge_requests/new?merge_request%5Bsource_branch%5D=$(encoded "$branch")&merge_request%5Btarget_branch%5D=$(encoded "$target")" ;;
    gitea) echo "$web/compare/$target...$branch" ;;
  esac
}

by_hand() {
  echo "no pull request was opened: $1"
  if [ -n "$kind" ]; then
    echo "open it here: $(page)"
  else
    echo "open one of \`$branch\` into \`$target\`${web:+ at $web}"
  fi
  exit 0
}

web=$(address)
host=${web#*://} host=${host%%/*}
path=${web#*://*/}
kind=$([ -z "$web" ] || forge "$host")
readonly web host path kind

[ -n "$web" ] || by_hand "the remote \`origin\` has no address for a browser; \`LOCKSTEP_FORGE_URL\` may say it"
[ -n "$kind" ] || by_hand "whether \`$host\` is github, gitlab or gitea is not known; \`LOCKSTEP_FORGE\` may say it"
[ -n "${LOCKSTEP_TOKEN:-}" ] || by_hand "there is no token"
command -v curl >/dev/null || by_hand "the image of this job has no \`curl\`"

api=${web%"$host/$path"}$host
case "$kind" in
  github)
    if [ "$host" = github.com ]; then api=https://api.github.com; else api=$api/api/v3; fi
    api=$api/repos/$path/pulls header="Authorization: Bearer $LOCKSTEP_TOKEN"
    ;;
  gitlab)
    api=$api/api/v4/projects/$(encoded "$path")/merge_requests header="PRIVATE-TOKEN: $LOCKSTEP_TOKEN"
    ;;
  gitea)
    api=$api/api/v1/repos/$path/pulls header="Authorization: token $LOCKSTEP_TOKEN"
    ;;
esac
jq -Rs --arg kind "$kind" --arg branch "$branch" --arg target "$target" --arg title "$title" \
  'if $kind == "gitlab" then {source_branch: $branch, target_branch: $target, title: $title, description: .}
   else {head: $branch, base: $target, title: $title, body: .} end' >"$private/pull.json"

# the token goes to curl by a pipe, so that no list of processes has it, and to no other host that this one may name
status=$(curl --silent --show-error --max-time 60 --header @- --header 'Content-Type: application/json' \
  --data-binary "@$private/pull.json" --output "$private/answer.json" --write-out '%{http_code}' "$api" <<<"$header") ||
  by_hand "$host did not answer"
if [ "$status" != 201 ]; then
  said=$(jq -r '.message // .error // empty | tostring' "$private/answer.json" 2>/dev/null || true)
  by_hand "$host answers with status $status${said:+: ${said:0:200}}"
fi
echo "opened: $(jq -r '.html_url // .web_url // empty' "$private/answer.json")"
