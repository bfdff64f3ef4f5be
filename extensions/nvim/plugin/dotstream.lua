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
  bar = true,
  desc = "Plan, apply and undo links of a package directory",
  complete = function(lead, line, cursor)
    return require("dotstream.command").complete(lead, line, cursor)
  end,
})

local group = vim.api.nvim_create_augroup("dotstream.enable", {})

-- The server itself starts only in package directories: `root_dir` in lsp/dotstream.lua.
local function look_at_all()
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(bufnr) and vim.api.nvim_buf_get_name(bufnr) ~= "" then
      require("dotstream.server").consider(bufnr)
    end
  end
end
vim.api.nvim_create_autocmd({ "BufReadPost", "BufNewFile" }, {
  group = group,
  desc = "dotstream: look whether the file is of a package directory",
  callback = function(event)
    if vim.v.vim_did_enter == 1 then
      vim.schedule(function() -- by then it has its filetype, if it will have one
        require("dotstream.server").consider(event.buf)
      end)
    end
  end,
})
if vim.v.vim_did_enter == 1 then -- it is loaded late, with files open
  vim.schedule(look_at_all)
else
  vim.api.nvim_create_autocmd("VimEnter", {
    group = group,
    desc = "dotstream: look at the files that Neovim was started with",
    callback = look_at_all,
  })
end

-- A plan's buffer is named by its command: :e gives it again, and so does a session.
vim.api.nvim_create_autocmd("BufReadCmd", {
  group = group,
  pattern = "dotstream://*",
  desc = "dotstream: plan what the buffer's name says",
  callback = function(event)
    require("dotstream.command").read(event.buf)
  end,
})
vim.api.nvim_create_autocmd("SessionLoadPost", {
  group = group,
  desc = "dotstream: plan what the names of a session's buffers say",
  callback = function()
    for _, window in ipairs(vim.api.nvim_list_wins()) do
      local bufnr = vim.api.nvim_win_get_buf(window)
      if vim.startswith(vim.api.nvim_buf_get_name(bufnr), "dotstream://") then
        require("dotstream.command").read(bufnr)
      end
    end
  end,
})
