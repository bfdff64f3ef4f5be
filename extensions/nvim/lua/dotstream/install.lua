--- `:Dotstream install`: a server of the plugin's own, in a virtual environment below
--- |stdpath()|'s "data", one for each version, so that it goes along with the plugin.
local errors = require("dotstream.errors")
local words = require("dotstream.words")

local M = {}

--- The version of the server that this plugin is made for.
M.VERSION = words.VERSION

--- Interpreters that are tried.
local PYTHONS = { "python3", "python3.14", "python3.13", "python3.12", "python3.11" }
local CHECK = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"

--- What pip is to install: the checkout that the plugin is part of, whose server is of the very
--- same state; else the wheel beside the plugin, or the published one.
---@return string?
function M.source()
  local here = vim.fs.dirname(vim.fs.normalize(debug.getinfo(1, "S").source:sub(2)))
  local plugin = vim.fs.normalize((vim.uv.fs_realpath(here) or here) .. "/../..")
  local root = vim.fs.normalize(plugin .. "/../..")
  if vim.uv.fs_stat(root .. "/server/dotstream") then
    return root
  end
  local wheel = ("%s/dotstream-%s-py3-none-any.whl"):format(plugin, M.VERSION)
  return vim.uv.fs_stat(wheel) and wheel or words.SOURCE ~= "" and words.SOURCE or nil
end

---@param version string
---@return string
local function place(version)
  return vim.fs.joinpath(vim.fn.stdpath("data"), "dotstream", "venv-" .. version)
end

--- The program, if it is installed and of this plugin's version.
---@return string?
function M.program()
  local program = vim.fs.joinpath(place(M.VERSION), "bin", "dotstream")
  return vim.fn.executable(program) == 1 and program or nil
end

--- Whether one of another version is there, which an upgrade of the plugin has left behind.
---@return boolean
function M.is_old()
  return not M.program() and #vim.fn.glob(place("*"), true, true) > 0
end

--- An interpreter that is new enough.
---@return string?
local function python()
  for _, name in ipairs(PYTHONS) do
    local path = vim.fn.exepath(name)
    if path ~= "" and vim.system({ path, "-c", CHECK }):wait().code == 0 then
      return path
    end
  end
end

--- Run commands one after the other, up to the first that fails.
---@param steps string[][]
---@param on_end fun(failure: string?)
local function run(steps, on_end)
  local function step(index)
    if not steps[index] then
      return on_end(nil)
    end
    vim.system(steps[index], { text = true }, function(result)
      vim.schedule(function()
        if result.code == 0 then
          return step(index + 1)
        end
        local lines = vim.split(vim.trim(result.stderr .. "\n" .. result.stdout), "\n")
        on_end(vim.trim(lines[#lines] ~= "" and lines[#lines] or table.concat(steps[index], " ")))
      end)
    end)
  end
  step(1)
end

---@param interpreter string
---@param source string what pip installs
local function install(interpreter, source)
  local new = place(M.VERSION)
  local before = new .. ".before" -- an environment cannot be moved once it is made
  vim.fn.mkdir(vim.fs.dirname(new), "p")
  vim.fn.delete(before, "rf")
  local had = vim.uv.fs_rename(new, before)
  errors.notify("installing the server …")
  run({
    { interpreter, "-m", "venv", "--clear", new },
    {
      new .. "/bin/python",
      "-m",
      "pip",
      "install",
      "--disable-pip-version-check",
      "--quiet",
      source,
    },
    { new .. "/bin/dotstream", "lsp", "--help" },
  }, function(failure)
    if failure then
      vim.fn.delete(new, "rf")
      if had then
        vim.uv.fs_rename(before, new)
      end
      return errors.notify("not installed: " .. failure, vim.log.levels.ERROR)
    end
    for _, other in ipairs(vim.fn.glob(place("*"), true, true)) do
      if other ~= new then
        vim.fn.delete(other, "rf")
      end
    end
    errors.notify("the server is installed")
    require("dotstream.server").installed()
  end)
end

--- A path in full, where it is one and not a requirement.
---@param source string
---@return string
local function in_full(source)
  local path = vim.fs.normalize(source)
  return vim.uv.fs_stat(path) and (vim.fn.fnamemodify(path, ":p"):gsub("/$", "")) or source
end

--- Ask, and install the server.
---@param given? string a path, or a requirement; by default what belongs to the plugin
function M.install(given)
  local source = given and in_full(given) or M.source()
  if not source then
    local text = "name a checkout or a wheel: :Dotstream install {path}"
    return errors.notify(text, vim.log.levels.ERROR)
  end
  local interpreter = python()
  if not interpreter then
    local text = "no Python 3.11 or newer with venv and ensurepip"
    return errors.notify(text, vim.log.levels.ERROR)
  end
  local where = vim.fn.fnamemodify(place(M.VERSION), ":~")
  local choices = { "Install", "Cancel" }
  vim.ui.select(choices, {
    prompt = ("Install %s with pip into %s, with %s?"):format(source, where, interpreter),
    kind = "dotstream.install",
  }, function(choice)
    if choice == "Install" then
      install(interpreter, source)
    else
      errors.notify("nothing was installed")
    end
  end)
end

return M
