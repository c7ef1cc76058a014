-- Argo CD leaves empty fields out of the source that it has compared.
local function empty(value)
  if type(value) ~= "table" then return not value or value == "" end
  for _, inner in pairs(value) do
    if not empty(inner) then return false end
  end
  return true
end

local function same(one, other)
  if type(one) ~= "table" or type(other) ~= "table" then
    return one == other or empty(one) and empty(other)
  end
  for key, value in pairs(one) do
    if not same(value, other[key]) then return false end
  end
  for key, value in pairs(other) do
    if one[key] == nil and not empty(value) then return false end
  end
  return true
end

local function progressing(what)
  return { status = "Progressing", message = "Waiting for " .. what }
end

local status = obj.status or {}
local health = status.health or {}
local sync = status.sync or {}
local compared = sync.comparedTo or {}
local operation = status.operationState or {}

if health.status == nil then return progressing("the first comparison") end
if not same(obj.spec.source, compared.source) or not same(obj.spec.sources, compared.sources) then
  return progressing("the comparison with another source")
end
if obj.operation ~= nil or operation.phase == "Running" or operation.phase == "Terminating" then
  return progressing("the sync to finish")
end
if sync.status ~= "Synced" then
  if operation.phase == nil then return progressing("the first sync") end
  if operation.phase == "Succeeded" then return progressing("the next sync") end
  return { status = "Degraded", message = operation.message or "The sync failed" }
end
return { status = health.status, message = health.message }
