#!/bin/bash
# The code tree as on a school's server: four real repositories, nested, with local changes, and access tokens in
# their remotes' addresses. Files that the platform's own repositories ignore or that setup writes are untracked.
set -euo pipefail
fixture=/usr/local/lib/clix-fixture
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null GIT_AUTHOR_NAME=Deployer GIT_COMMITTER_NAME=Deployer \
    GIT_AUTHOR_EMAIL=deployer@example.org GIT_COMMITTER_EMAIL=deployer@example.org

repository() {  # FOLDER NAME TOKEN: with seven commits, one of them a merge
    local folder=$1 name=$2 when=1528200000
    mkdir -p "$folder"
    cp -r "$fixture/code/$name/." "$folder/"
    cd "$folder"
    commit() {
        when=$((when + 86400))
        GIT_AUTHOR_DATE="$when +0530" GIT_COMMITTER_DATE="$when +0530" git -c gc.auto=0 "$@"
    }
    git init -q -b master
    git remote add origin "https://deployer:$3@git.example.org/$name.git"
    git add .
    commit commit -q -m "$name: as delivered"
    for step in 1 2 3; do
        echo "step $step of $name" >>README.md
        git add README.md
        commit commit -q -m "$name: step $step … done"
    done
    git checkout -q -b patch HEAD~1
    echo "a patch" >patch.txt
    git add patch.txt
    commit commit -q -m "$name: a patch of an author with an address" --author='Someone Made Up <someone@example.org>'
    git checkout -q master
    commit merge -q --no-ff -m "Merge branch 'patch'" patch
    echo "after the merge" >>README.md
    git add README.md
    commit commit -q -m "$name: after the merge"
    echo 'echo -e "\n\nDetails of gstudio \n"' >>README.md  # a local change that looks like a heading
    mkdir -p "local notes/nested"
    echo "not in git" >"local notes/nested/note.txt"
}

code=/home/docker/code
repository $code gstudio-docker made-up-token-0
sed -i 's/^sleep 60$/sleep 61/' $code/scripts/backup.sh  # changed in the field, too
repository $code/gstudio gstudio made-up-token-1
repository $code/gstudio/gnowsys-ndf/qbank-lite qbank-lite made-up-token-2
repository $code/qbank-gstudio-scripts qbank-gstudio-scripts made-up-token-3

# Setup's work, of a server that nobody has set up yet: its id is the image's.
cat >$code/gstudio/gnowsys-ndf/gnowsys_ndf/server_settings.py <<'SETTINGS'
GSTUDIO_INSTITUTE_ID = 'sp100'
GSTUDIO_INSTITUTE_ID_SECONDARY ='00000000'
GSTUDIO_INSTITUTE_NAME = 'clix-default'
SETTINGS
cat >$code/gstudio/gnowsys-ndf/gnowsys_ndf/local_settings.py <<'SETTINGS'
SECRET_KEY = 'made-up'
DATABASES = {'default': {'NAME': 'gstudio_psql', 'USER': 'glab', 'PASSWORD': 'made-up-password'}}
GSTUDIO_PRIMARY_COURSE_LANGUAGE = 'en'
try:
    from server_settings import *
except ImportError:
    pass
SETTINGS
