local os = require("os")
local begins = { StatefulSetNotFound = true, NoPodReady = true }

for _, condition in ipairs(obj.status and obj.status.conditions or {}) do
  if condition.type == "Available" then
    local message = condition.message or condition.reason
    local seen = condition.observedGeneration
    if seen and seen < obj.metadata.generation then
      return { status = "Progressing", message = "Waiting for the operator to see the change" }
    elseif condition.status == "True" then
      return { status = "Healthy" }
    elseif condition.reason == "SomePodsNotReady" then
      return { status = "Progressing", message = message }
    end
    -- Times of this form compare as texts do.
    local patience = os.date("!%Y-%m-%dT%H:%M:%SZ", os.time() - 900)
    if begins[condition.reason] and (condition.lastTransitionTime or "") > patience then
      return { status = "Progressing", message = message }
    end
    return { status = "Degraded", message = message }
  end
end
return { status = "Progressing", message = "Waiting for the operator" }
