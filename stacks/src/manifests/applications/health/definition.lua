for _, condition in ipairs(obj.status and obj.status.conditions or {}) do
  if condition.type == "NamesAccepted" and condition.status == "False"
    or condition.type == "NonStructuralSchema" and condition.status == "True" then
    return { status = "Degraded", message = condition.message }
  end
end
return { status = "Healthy" }
