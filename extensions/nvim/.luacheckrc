std = "luajit"
cache = false
max_line_length = 120
read_globals = { "vim" }
globals = { "vim.b", "vim.bo", "vim.g", "vim.o", "vim.w", "vim.wo" }

-- Made from the protocol's schema, a field a line.
files["**/protocol.lua"].max_line_length = false
