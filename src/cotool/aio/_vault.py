"""The calls of the core `vault`."""

from __future__ import annotations

import cotool
from cotool.aio._calls import as_coroutine, as_list

encrypt = as_coroutine(cotool.encrypt)
decrypt = as_coroutine(cotool.decrypt)
verify = as_coroutine(cotool.verify)
inspect = as_coroutine(cotool.inspect)
rewrap = as_coroutine(cotool.rewrap)
reencrypt = as_coroutine(cotool.reencrypt)
sign = as_coroutine(cotool.sign)
verify_signatures = as_list(cotool.verify_signatures)
hash_passwords = as_list(cotool.hash_passwords)
verify_passwords = as_list(cotool.verify_passwords)
