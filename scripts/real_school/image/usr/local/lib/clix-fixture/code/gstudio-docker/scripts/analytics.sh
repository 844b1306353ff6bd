#!/bin/bash
/usr/bin/python /home/docker/code/gstudio/gnowsys-ndf/manage.py export_users_analytics
