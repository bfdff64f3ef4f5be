--- `:checkhealth dotstream`.
local M = {}

--- How long the server may take to start, in milliseconds.
local PATIENCE = 20000

---@param program string
---@return string? version
local function version(program)
  local ran, done = pcall(function()
    return vim.system({ program, "--version" }, { text = true }):wait(PATIENCE)
  end)
  return ran and done.code == 0 and vim.trim(done.stdout) or nil
end

---@param cmd string[]
local function check_protocol(cmd)
  local server = require("dotstream.server")
  local client_id = vim.lsp.start({
    name = "dotstream-health",
    cmd = cmd,
    root_dir = vim.fn.getcwd(),
    capabilities = server.config().capabilities,
  }, { attach = false, silent = true })
  local client = client_id and vim.lsp.get_client_by_id(client_id)
  local answered = client
    and vim.wait(PATIENCE, function()
      return client.initialized or client:is_stopped()
    end, 10)
  if not client or not answered or not client.initialized then
    vim.health.error("the server does not start", {
      "run it in a terminal: " .. table.concat(cmd, " "),
      "or install it again: " .. require("dotstream.errors").install(),
    })
    return
  end
  local announced = server.announced(client)
  if not announced or announced.version ~= server.PROTOCOL then
    vim.health.error("the server speaks another version of the protocol", {
      "bring it up to date: " .. require("dotstream.errors").install(),
    })
  else
    vim.health.ok(("the server answers, with version %d of the protocol"):format(announced.version))
  end
  client:stop()
end

function M.check()
  local config = require("dotstream.config")
  local paths = require("dotstream.paths")
  vim.health.start("dotstream")

  if vim.fn.has("nvim-0.11") == 1 then
    vim.health.ok("Neovim " .. tostring(vim.version()))
  else
    vim.health.error("Neovim 0.11 or newer is needed")
    return
  end

  local problems = config.problems()
  if #problems == 0 then
    vim.health.ok("the settings are right")
  else
    vim.health.warn(
      "settings: " .. table.concat(problems, "; "),
      { "see :help dotstream-configuration" }
    )
  end

  local cmd = require("dotstream.server").command()
  if not cmd then
    vim.health.error(config.get().cmd[1] .. " was not found", {
      ":Dotstream install makes one for Neovim alone",
      "or install it: " .. require("dotstream.errors").install(),
      "or set the option `cmd`",
    })
    return
  end
  vim.health.ok(("%s (%s)"):format(version(cmd[1]) or "a server of unknown version", cmd[1]))
  check_protocol(cmd)

  local root = paths.current_root()
  if root then
    vim.health.ok("package directory: " .. root)
  else
    vim.health.info("no package directory here; commands need --dir=… or the option `root`")
  end
  for _, client in ipairs(vim.lsp.get_clients({ name = "dotstream" })) do
    vim.health.info(
      ("running for %s, attached to %d buffers"):format(
        client.root_dir or "?",
        vim.tbl_count(client.attached_buffers)
      )
    )
  end
end

return M
