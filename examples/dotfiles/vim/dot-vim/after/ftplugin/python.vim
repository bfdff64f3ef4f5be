setlocal textwidth=98
