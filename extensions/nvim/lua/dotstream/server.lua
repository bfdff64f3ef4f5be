--- The server: found, started in package directories and on command, brought back after a crash.
local config = require("dotstream.config")
local errors = require("dotstream.errors")
local paths = require("dotstream.paths")

local M = {}

M.NAME = "dotstream"
--- Version of the protocol that this plugin speaks.
M.PROTOCOL = 1

---@type table<integer, fun(client: vim.lsp.Client?)[]>
local waiting = {}
---@type table<integer, boolean>
local stopping = {}
local told_missing = false
--- How the server of a package directory last ended.
---@type table<string, { code: integer, signal: integer }>
local exits = {}

--- The command that starts the server, with the program's full path: the one that is set or on
--- PATH, or else the plugin's own; nil if there is none.
---@return string[]?
function M.command()
  local cmd = vim.deepcopy(config.get().cmd)
  local program = vim.fn.exepath(vim.fs.normalize(cmd[1]))
  if program == "" and cmd[1] == config.defaults.cmd[1] then
    program = require("dotstream.install").program() or ""
  end
  if program == "" then
    return nil
  end
  cmd[1] = program
  return cmd
end

---@return table
local function capabilities()
  local commands = {}
  for _, name in ipairs(require("dotstream.actions").NAMES) do
    commands[name] = "dotstream." .. name
  end
  local all = vim.lsp.protocol.make_client_capabilities()
  -- Neovim takes any registration; said so, omnifunc stays the user's where nothing is completed.
  all.textDocument.completion.dynamicRegistration = true
  all.textDocument.documentSymbol.dynamicRegistration = true
  all.experimental = {
    dotstream = { version = M.PROTOCOL, commands = commands, conflicts = true, watch = true },
  }
  return all
end

---@param client vim.lsp.Client
---@return table? announced
function M.announced(client)
  local experimental = client.server_capabilities and client.server_capabilities.experimental
  return type(experimental) == "table" and experimental.dotstream or nil
end

---@param client vim.lsp.Client
---@param method string
---@return boolean
function M.supports(client, method)
  local announced = M.announced(client)
  return announced ~= nil and vim.list_contains(announced.methods or {}, method)
end

---@param client vim.lsp.Client
local function on_init(client)
  local announced = M.announced(client)
  if not announced or announced.version ~= M.PROTOCOL then
    errors.too_old(announced and announced.version, M.PROTOCOL)
  end
  require("dotstream.announced").narrow(client)
  local resumed = waiting[client.id] or {}
  waiting[client.id] = nil
  vim.schedule(function() -- an error in here is no error of the handshake
    for _, resume in ipairs(resumed) do
      resume(client)
    end
  end)
end

---@param client vim.lsp.Client
---@param buffers integer[]
local function attach_all(client, buffers)
  for _, bufnr in ipairs(buffers) do
    if vim.api.nvim_buf_is_loaded(bufnr) then
      vim.lsp.buf_attach_client(bufnr, client.id)
    end
  end
end

---@param root string
---@param buffers integer[] that the server that ended was attached to
function M.come_back(root, buffers)
  M.ensure(root, function(client)
    attach_all(client, buffers)
    if M.supports(client, "dotstream/recover") then
      require("dotstream.recover").offer(client, { quiet = true })
    end
  end)
end

---@param client_id integer
local function on_exit(_, _, client_id)
  local client = vim.lsp.get_client_by_id(client_id)
  local exit = client and exits[client.root_dir or ""] or { code = 0, signal = 0 }
  vim.schedule(function()
    local expected = stopping[client_id] or vim.v.exiting ~= vim.NIL
    local resumed = waiting[client_id] or {}
    stopping[client_id], waiting[client_id] = nil, nil
    for _, resume in ipairs(resumed) do
      resume(nil)
    end
    require("dotstream.request").client_ended(client_id)
    require("dotstream.ended").tell({
      code = exit.code,
      signal = exit.signal,
      root = client and client.root_dir,
      expected = expected,
      began = client ~= nil and client.initialized == true,
      asked = #resumed > 0,
      buffers = client and vim.tbl_keys(client.attached_buffers) or {},
    })
  end)
end

--- Where the server starts by itself: for files of a package directory, linked ones too,
--- and for files in the way of a link while it runs.
---@param bufnr integer
---@param on_root fun(root: string)
local function root_dir(bufnr, on_root)
  local name = vim.api.nvim_buf_get_name(bufnr)
  if name == "" or name:find("^%a+://") then
    return
  end
  local root = paths.root_of(name)
  if root then
    if require("dotstream.ended").failed[root] then
      return
    elseif M.command() then
      on_root(root)
    elseif not told_missing then
      told_missing = true
      vim.schedule(errors.missing) -- not in the middle of the event that opens the file
    end
    return
  end
  for _, client in ipairs(vim.lsp.get_clients({ name = M.NAME })) do
    require("dotstream.inline").state_of(client, name, function(state)
      if state.role == "target" and client.root_dir then
        on_root(client.root_dir)
      end
    end)
  end
end

--- The configuration for |vim.lsp.config()|.
---@return vim.lsp.Config
function M.config()
  return {
    cmd = function(dispatchers, resolved)
      local cmd = M.command() or config.get().cmd
      local quietly = vim.tbl_extend("force", dispatchers, {
        on_exit = function(code, signal) -- Neovim's own words about it would be in the way
          exits[resolved.root_dir or ""] = { code = code, signal = signal }
          dispatchers.on_exit(0, 0)
        end,
      })
      return vim.lsp.rpc.start(cmd, quietly, { cwd = resolved and resolved.cmd_cwd })
    end,
    root_dir = root_dir,
    capabilities = capabilities(),
    handlers = {
      ["$/progress"] = function(...)
        return require("dotstream.request").on_progress(...)
      end,
      ["textDocument/publishDiagnostics"] = function(err, params, context)
        if config.get().inline.enable then -- which says the same behind the first line
          params.diagnostics = vim.tbl_filter(function(diagnostic)
            return diagnostic.code ~= "unlinked"
          end, params.diagnostics)
        end
        return vim.lsp.handlers["textDocument/publishDiagnostics"](err, params, context)
      end,
      ["dotstream/conflict"] = function(...)
        return require("dotstream.request").on_question(...)
      end,
      ["client/registerCapability"] = function(_, params, context)
        local client = assert(vim.lsp.get_client_by_id(context.client_id))
        return require("dotstream.announced").register(client, params)
      end,
      ["dotstream/changed"] = function(_, params, context)
        require("dotstream.changes").show()
        require("dotstream.events").emit(
          "DotstreamChanged",
          vim.tbl_extend("force", params, { client_id = context.client_id })
        )
      end,
    },
    commands = require("dotstream.actions").commands(),
    on_init = on_init,
    on_exit = on_exit,
    on_attach = function(client, bufnr)
      require("dotstream.announced").set_up(client, bufnr)
      require("dotstream.inline").attach(client, bufnr)
    end,
  }
end

--- Enable the server when the first file is opened; attach it to files without a filetype
--- too, which |vim.lsp.enable()| does not look at.
---@param bufnr integer
function M.consider(bufnr)
  if not config.get().enable or not vim.api.nvim_buf_is_loaded(bufnr) then
    return
  end
  local name = vim.api.nvim_buf_get_name(bufnr)
  local inside = name ~= "" and not name:find("^%a+://") and paths.root_of(name)
  if
    not inside and (not package.loaded["vim.lsp"] or #vim.lsp.get_clients({ name = M.NAME }) == 0)
  then
    return -- nor is it in the way of a link: for most files, that is all there is to do
  end
  if not vim.lsp.is_enabled(M.NAME) then
    vim.lsp.enable(M.NAME)
  end
  local resolved = vim.lsp.config[M.NAME]
  if vim.bo[bufnr].filetype == "" and vim.bo[bufnr].buftype == "" and not resolved.filetypes then
    root_dir(bufnr, function(root)
      local settled = vim.deepcopy(resolved)
      settled.root_dir = root
      vim.lsp.start(settled, { bufnr = bufnr })
    end)
  end
end

--- Call back with the server of a package directory, started if need be.
---@param root string absolute path
---@param on_ready fun(client: vim.lsp.Client)
---@param on_failed? fun() if it does not start, which is told to the user here
function M.ensure(root, on_ready, on_failed)
  local function resume(client)
    if client then
      on_ready(client)
    elseif on_failed then
      on_failed()
    end
  end
  for _, client in ipairs(vim.lsp.get_clients({ name = M.NAME, _uninitialized = true })) do
    if client.root_dir == root and not client:is_stopped() and not stopping[client.id] then
      if client.initialized then
        return on_ready(client)
      end
      waiting[client.id] = waiting[client.id] or {}
      table.insert(waiting[client.id], resume)
      return
    end
  end
  require("dotstream.ended").failed[root] = nil
  if not M.command() then
    errors.missing()
    return resume(nil)
  end
  local resolved = vim.deepcopy(vim.lsp.config[M.NAME])
  resolved.root_dir = root
  local id = vim.lsp.start(resolved, { attach = false })
  if id then
    waiting[id] = waiting[id] or {}
    table.insert(waiting[id], resume)
  else
    resume(nil)
  end
end

--- Stop every server, and start those anew that buffers or plans are attached to.
function M.restart()
  local roots = {}
  for _, client in ipairs(vim.lsp.get_clients({ name = M.NAME })) do
    stopping[client.id] = true
    roots[client.root_dir] = vim.tbl_keys(client.attached_buffers)
    client:stop()
  end
  for root, buffers in pairs(roots) do
    M.ensure(root, function(client)
      attach_all(client, buffers)
      errors.notify("the server was restarted")
      for _, session in pairs((package.loaded["dotstream.plan.session"] or {}).by_buffer or {}) do
        if session.state == "planning" and session.request.root == root then
          session:plan() -- the server that it waits for may not even end
        end
      end
    end)
  end
end

--- There is a server now, or another: files that are open get it.
function M.installed()
  require("dotstream.ended").failed = {}
  told_missing = false
  M.restart()
  if vim.lsp.is_enabled(M.NAME) then
    vim.lsp.enable(M.NAME) -- which looks at all buffers again
  end
  vim.iter(vim.api.nvim_list_bufs()):each(M.consider)
end

function M.open_log()
  vim.cmd.split(vim.fn.fnameescape(vim.lsp.log.get_filename()))
  vim.cmd.normal({ "G", bang = true })
end

return M
