highlight clear
let g:colors_name = "quiet"
highlight Comment ctermfg=grey
