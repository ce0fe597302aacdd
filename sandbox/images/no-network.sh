#!/bin/sh
# A CNI plugin (cni.dev, protocol 0.3 to 1.0) that gives a build's container no network but a loopback of its own. It is
# installed under two names: as `loopback` it brings that up, as anything else it only says that all is well.
version=$(sed -n 's/.*"cniVersion": *"\([^"]*\)".*/\1/p' | head -n 1)
case "$CNI_COMMAND" in
  VERSION) echo '{"cniVersion":"1.0.0","supportedVersions":["0.3.0","0.3.1","0.4.0","1.0.0"]}' ;;
  ADD)
    if [ "$(basename "$0")" = loopback ]; then nsenter --net="$CNI_NETNS" ip link set dev lo up || exit 1; fi
    echo "{\"cniVersion\":\"$version\",\"interfaces\":[{\"name\":\"$CNI_IFNAME\",\"sandbox\":\"$CNI_NETNS\"}]}"
    ;;
esac
