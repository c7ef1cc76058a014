//! When a child Application counts as healthy, so that the next wave waits for it.

/// The Lua that Argo CD's configuration takes under `resource.customizations.health.argoproj.io_Application`.
///
/// Argo CD has no such check of its own: without one a wave of Applications is over as soon as they exist. A sync that
/// is under way counts as progress, because until it ends the health is that of the version before; so does a first
/// sync that has yet to begin.
pub const APPLICATION_HEALTH: &str = r#"hs = { status = "Progressing", message = "Waiting for the first comparison" }
if obj.status ~= nil and obj.status.health ~= nil and obj.status.health.status ~= nil then
  hs.status = obj.status.health.status
  hs.message = obj.status.health.message or ""
  local synced = obj.status.sync ~= nil and obj.status.sync.status == "Synced"
  local operation = obj.status.operationState
  if operation == nil then
    if not synced then
      hs.status = "Progressing"
      hs.message = "Waiting for the first sync"
    end
  elseif operation.phase == "Running" then
    hs.status = "Progressing"
    hs.message = "Waiting for the sync to finish"
  elseif operation.phase ~= "Succeeded" and not synced then
    hs.status = "Degraded"
    hs.message = operation.message or "The sync failed"
  end
end
return hs
"#;
