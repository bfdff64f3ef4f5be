--- Links and files were changed: everything that shows them looks again.
local M = {}

function M.show()
  require("dotstream.inline").refresh_all()
  local listing = package.loaded["dotstream.listing"]
  if listing then
    listing.refresh_all()
  end
  vim.cmd("silent! checktime")
end

return M
