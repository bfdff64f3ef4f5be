alias g=git
alias ll='ls -l'
