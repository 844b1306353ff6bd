# A STAND-IN for qbank-lite, which does not run here.
