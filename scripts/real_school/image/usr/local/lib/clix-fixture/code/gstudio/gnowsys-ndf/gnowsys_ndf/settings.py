# A STAND-IN for gStudio's settings.
RCS_REPO_DIR_HASH_LEVEL = 3
