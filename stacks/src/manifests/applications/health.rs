//! When a child Application counts as healthy, so that the next wave waits for it.

/// The Lua that Argo CD's configuration takes under `resource.customizations.health.argoproj.io_Application`.
///
/// Argo CD has no such check of its own: without one a wave of Applications is over as soon as they exist. A sync that
/// is under way counts as progress, because until it ends the health is that of the version before.
pub const APPLICATION_HEALTH: &str = r#"hs = { status = "Progressing", message = "Waiting for the first sync" }
if obj.status ~= nil then
  if obj.status.health ~= nil and obj.status.health.status ~= nil then
    hs.status = obj.status.health.status
    hs.message = obj.status.health.message or ""
  end
  local operation = obj.status.operationState
  if operation == nil or operation.phase == "Running" then
    hs.status = "Progressing"
    hs.message = "Waiting for the sync to finish"
  elseif operation.phase == "Failed" or operation.phase == "Error" then
    hs.status = "Degraded"
    hs.message = operation.message or "The sync failed"
  end
end
return hs
"#;
