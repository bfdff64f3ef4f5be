-- For vim.lsp.config("dotstream", …) and vim.lsp.enable("dotstream").
return require("dotstream.server").config()
