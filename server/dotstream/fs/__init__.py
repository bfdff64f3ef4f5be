"""The only code that makes system calls; nothing else imports ``os``."""
