#!/bin/sh
# What tests use of the system: Chromium for the pages, Fashion-MNIST for training, PostgreSQL for searches.
# Installed where this user may; what is missing after that is said loudly, and its tests are skipped.
missing() {
  command -v chromium >/dev/null || echo chromium fonts-noto-cjk
  [ -d /usr/share/datasets/fashion-mnist ] || echo dataset-fashion-mnist
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || echo postgresql
}

[ -n "$(missing)" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq
  # shellcheck disable=SC2046 # several names; where one of them is not to be had, the others are
  apt-get install -y -qq $(missing) >/dev/null || for name in $(missing); do apt-get install -y -qq "$name" >/dev/null; done
fi
[ -z "$(missing)" ] || echo "THEIR TESTS WILL NOT RUN: apt-get install" $(missing) >&2
