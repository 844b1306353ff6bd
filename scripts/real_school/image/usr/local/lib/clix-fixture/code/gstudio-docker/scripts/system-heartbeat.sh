#!/bin/bash
# A STAND-IN for the field's system-heartbeat.sh.
mkdir -p /data/system-heartbeat
{ echo -e "Info-msg : RAM details (free -h). \n"; free -h; } | tee "/data/system-heartbeat/system-heartbeat-$(date +%Y%m%d-%H%M%S).log"
