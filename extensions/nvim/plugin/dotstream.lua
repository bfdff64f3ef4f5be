-- The command, and nothing else at start: everything is loaded when it is first used.
if vim.g.loaded_dotstream then
  return
end
vim.g.loaded_dotstream = true

if vim.fn.has("nvim-0.11") == 0 then
  vim.api.nvim_create_user_command("Dotstream", function()
    vim.notify("dotstream needs Neovim 0.11 or newer", vim.log.levels.ERROR)
  end, { nargs = "*" })
  return
end

vim.api.nvim_create_user_command("Dotstream", function(arguments)
  require("dotstream.command").run(arguments)
end, {
  nargs = "*",
  bang = true,
  desc = "Plan, apply and undo links of a package directory",
  complete = function(lead, line, cursor)
    return require("dotstream.command").complete(lead, line, cursor)
  end,
})

-- The server itself starts only in package directories: `root_dir` in lsp/dotstream.lua.
vim.api.nvim_create_autocmd("FileType", {
  group = vim.api.nvim_create_augroup("dotstream.enable", {}),
  desc = "dotstream: enable the server before the first file is looked at",
  once = true,
  callback = function()
    if require("dotstream.config").get().enable then
      vim.lsp.enable("dotstream")
    end
  end,
})
