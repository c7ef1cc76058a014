//! The calls of one connection: messages to values, values to the engine, and back.
//!
//! Terraform opens a connection for each configuration of a provider, so that aliases do not see one another.

use std::sync::{Arc, PoisonError, RwLock};

use anyhow::{Context as _, Result};
use prost::Message;
use synth_schema::Schema;

use super::provider::Provider;
use crate::{
    cloud::Cloud,
    engine::{self, IMPORTED, Planned, Resource},
    problem::Problem,
    protocol::{
        ApplyRequest, ApplyResponse, ConfigRequest, ConfigureRequest, Diagnostic, DiagnosticsResponse, DynamicValue,
        ImportRequest, ImportResponse, ImportedResource, MoveRequest, MoveResponse, Nothing, PlanRequest, PlanResponse,
        RawState, ReadDataResponse, ReadRequest, ReadResponse, UpgradeRequest, UpgradeResponse,
        ValidateProviderRequest, ValidateProviderResponse,
    },
    schema,
    value::{Mapping, Path, Value},
};

/// A provider with the configuration that one connection gave it.
pub(crate) struct Connection {
    provider: Arc<Provider>,
    cloud: RwLock<Arc<dyn Cloud>>,
}

/// The problems that a call found instead of a result.
type Problems = Vec<Problem>;

impl Connection {
    /// A connection that has not been configured.
    pub(crate) fn new(provider: Arc<Provider>) -> Result<Self> {
        let cloud = (provider.configure)(&Value::Null).map_err(|problem| anyhow::Error::msg(problem.detail))?;
        Ok(Self { provider, cloud: RwLock::new(Arc::from(cloud)) })
    }

    /// Answers a call; `None` for a method that there is not.
    pub(crate) fn call(&self, path: &str, message: &[u8]) -> Option<Result<Vec<u8>>> {
        let method = path.strip_prefix("/tfplugin6.Provider/").unwrap_or(path);
        Some(match method {
            "GetMetadata" => Ok(schema::metadata(&self.provider.schema).encode_to_vec()),
            "GetProviderSchema" => Ok(self.provider.message().to_vec()),
            "ValidateProviderConfig" => answer(message, |request| self.validate_provider(&request)),
            "ConfigureProvider" => answer(message, |request| self.configure(&request)),
            "ValidateResourceConfig" => answer(message, |request| self.validate(&request, "")),
            "ValidateDataResourceConfig" => answer(message, |request| self.validate(&request, "data.")),
            "UpgradeResourceState" => answer(message, |request| self.upgrade(request)),
            "MoveResourceState" => answer(message, |request| self.relocate(request)),
            "ReadResource" => answer(message, |request| self.read(request)),
            "PlanResourceChange" => answer(message, |request| self.plan(request)),
            "ApplyResourceChange" => answer(message, |request| self.apply(&request)),
            "ImportResourceState" => answer(message, |request| self.import(request)),
            "ReadDataSource" => answer(message, |request| self.read_data(&request)),
            // Neither functions nor ephemeral resources are offered; Terraform's own plumbing wants no answer.
            "GetFunctions" | "StopProvider" | "/plugin.GRPCController/Shutdown" => Ok(Nothing {}.encode_to_vec()),
            _ => return None,
        })
    }

    fn cloud(&self) -> Arc<dyn Cloud> {
        Arc::clone(&self.cloud.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn schema(&self, kind: &str) -> Result<&Schema> {
        let schema = &self.provider.schema;
        let found = match kind.strip_prefix("data.") {
            Some(name) => schema.data_source_schemas.get(name),
            None => schema.resource_schemas.get(kind),
        };
        found.with_context(|| format!("the offline provider has no schema of `{kind}`"))
    }

    fn validate_provider(&self, request: &ValidateProviderRequest) -> Result<ValidateProviderResponse> {
        let config = value(request.config.as_ref())?;
        let mut problems = Problems::new();
        if let Some(config) = config.as_mapping() {
            let level = self.provider.schema.provider.block.level();
            engine::check(level, config, &Path::default(), &mut problems);
        }
        Ok(ValidateProviderResponse { diagnostics: diagnostics(&problems) })
    }

    fn configure(&self, request: &ConfigureRequest) -> Result<DiagnosticsResponse> {
        let problems = match (self.provider.configure)(&value(request.config.as_ref())?) {
            Ok(cloud) => {
                *self.cloud.write().unwrap_or_else(PoisonError::into_inner) = Arc::from(cloud);
                Problems::new()
            }
            Err(problem) => vec![problem],
        };
        Ok(DiagnosticsResponse { diagnostics: diagnostics(&problems) })
    }

    fn validate(&self, request: &ConfigRequest, prefix: &str) -> Result<DiagnosticsResponse> {
        let kind = format!("{prefix}{}", request.type_name);
        let config = value(request.config.as_ref())?;
        let mut problems = Problems::new();
        if let Some(config) = config.as_mapping() {
            engine::check(self.schema(&kind)?.block.level(), config, &Path::default(), &mut problems);
            problems.extend(self.cloud().check(&kind, config));
        }
        Ok(DiagnosticsResponse { diagnostics: diagnostics(&problems) })
    }

    fn upgrade(&self, request: UpgradeRequest) -> Result<UpgradeResponse> {
        let state = self.stored(&request.type_name, request.raw_state)?;
        Ok(UpgradeResponse { upgraded_state: Some(packed(&state)), diagnostics: Vec::new() })
    }

    fn relocate(&self, request: MoveRequest) -> Result<MoveResponse> {
        if request.source_type_name != request.target_type_name {
            let detail = format!("`{}` cannot become `{}`.", request.source_type_name, request.target_type_name);
            let problem = Problem::of_all("Move between types", detail);
            return Ok(MoveResponse { diagnostics: diagnostics(&[problem]), ..MoveResponse::default() });
        }
        let state = self.stored(&request.target_type_name, request.source_state)?;
        let target_state = Some(packed(&state));
        Ok(MoveResponse { target_state, diagnostics: Vec::new(), target_private: request.source_private })
    }

    /// A stored state in today's schema.
    fn stored(&self, kind: &str, stored: Option<RawState>) -> Result<Value> {
        let json = serde_json::from_slice(&stored.unwrap_or_default().json).context("reading a stored state")?;
        let schema = self.schema(kind)?;
        Ok(match Value::from_json(json) {
            Value::Mapping(mut stored) => Value::Mapping(schema::conform(schema.block.level(), &mut stored)),
            other => other,
        })
    }

    fn read(&self, request: ReadRequest) -> Result<ReadResponse> {
        if let Err(problem) = self.cloud().reach() {
            let (new_state, private) = (request.current_state, request.private);
            return Ok(ReadResponse { new_state, diagnostics: diagnostics(&[problem]), private });
        }
        let kind = &request.type_name;
        let mut state = value(request.current_state.as_ref())?;
        if let Value::Mapping(known) = &state {
            self.provider.known.note(kind, known);
            if request.private == IMPORTED {
                let cloud = self.cloud();
                let seed = engine::seed(&*cloud, kind, known);
                let resource = Resource { cloud: &*cloud, kind, seed, known, prior: None };
                state = Value::Mapping(engine::complete(self.schema(kind)?.block.level(), &resource));
            }
        }
        Ok(ReadResponse { new_state: Some(packed(&state)), diagnostics: Vec::new(), private: request.private })
    }

    fn plan(&self, request: PlanRequest) -> Result<PlanResponse> {
        let (prior, config) = (value(request.prior_state.as_ref())?, value(request.config.as_ref())?);
        let Some(config) = config.as_mapping() else {
            return Ok(PlanResponse { planned_state: Some(packed(&Value::Null)), ..PlanResponse::default() });
        };
        let imported = request.prior_private == IMPORTED;
        let level = self.schema(&request.type_name)?.block.level();
        let cloud = self.cloud();
        let plan = |()| engine::plan(level, &*cloud, &request.type_name, (prior.as_mapping(), imported), config);
        Ok(match cloud.reach().and_then(plan) {
            Ok(Planned { state, replaces }) => PlanResponse {
                planned_state: Some(packed(&Value::Mapping(state))),
                requires_replace: replaces.iter().map(Into::into).collect(),
                legacy_type_system: cloud.follows_the_old_rules(&request.type_name),
                ..PlanResponse::default()
            },
            Err(problem) => PlanResponse {
                planned_state: request.prior_state,
                diagnostics: diagnostics(&[problem]),
                ..PlanResponse::default()
            },
        })
    }

    fn apply(&self, request: &ApplyRequest) -> Result<ApplyResponse> {
        let kind = &request.type_name;
        let (prior, planned) = (value(request.prior_state.as_ref())?, value(request.planned_state.as_ref())?);
        let legacy_type_system = self.cloud().follows_the_old_rules(kind);
        if let Err(problem) = self.cloud().reach() {
            let (new_state, diagnostics) = (Some(packed(&prior)), diagnostics(&[problem]));
            return Ok(ApplyResponse { new_state, diagnostics, legacy_type_system });
        }
        let state = match (&planned, prior.as_mapping()) {
            (Value::Mapping(known), prior) => {
                let cloud = self.cloud();
                let seed = engine::seed(&*cloud, kind, known);
                let mut resource = Resource { cloud: &*cloud, kind, seed, known, prior };
                if prior.is_none() {
                    self.provider.known.settle(&mut resource);
                }
                Value::Mapping(engine::apply(self.schema(kind)?.block.level(), &resource))
            }
            (_, prior) => {
                if let Some(prior) = prior {
                    self.provider.known.forget(kind, prior);
                }
                Value::Null
            }
        };
        Ok(ApplyResponse { new_state: Some(packed(&state)), diagnostics: Vec::new(), legacy_type_system })
    }

    fn import(&self, request: ImportRequest) -> Result<ImportResponse> {
        let level = self.schema(&request.type_name)?.block.level();
        Ok(match engine::import(level, &*self.cloud(), &request.type_name, &request.id) {
            Ok(state) => {
                let state = Some(packed(&Value::Mapping(state)));
                let imported = ImportedResource { type_name: request.type_name, state, private: IMPORTED.to_vec() };
                ImportResponse { imported_resources: vec![imported], diagnostics: Vec::new() }
            }
            Err(problem) => ImportResponse { diagnostics: diagnostics(&[problem]), ..ImportResponse::default() },
        })
    }

    fn read_data(&self, request: &ConfigRequest) -> Result<ReadDataResponse> {
        let kind = format!("data.{}", request.type_name);
        let config = value(request.config.as_ref())?;
        let level = self.schema(&kind)?.block.level();
        let cloud = self.cloud();
        let arguments = config.as_mapping().cloned().unwrap_or_else(|| schema::empty(level));
        let mut state = engine::answered(level, &arguments);
        if let Err(problem) = cloud.read(&kind, &mut state) {
            return Ok(ReadDataResponse { state: None, diagnostics: diagnostics(&[problem]) });
        }
        let seed = engine::seed(&*cloud, &kind, &arguments);
        let known: Mapping = state.clone();
        engine::fill(
            level,
            &Resource { cloud: &*cloud, kind: &kind, seed, known: &known, prior: None },
            "",
            &mut state,
        );
        Ok(ReadDataResponse { state: Some(packed(&Value::Mapping(state))), diagnostics: Vec::new() })
    }
}

/// Decodes a request, answers it and encodes the response.
fn answer<Q: Message + Default, R: Message>(message: &[u8], answer: impl FnOnce(Q) -> Result<R>) -> Result<Vec<u8>> {
    let request = Q::decode(message).context("reading a request")?;
    Ok(answer(request)?.encode_to_vec())
}

fn value(value: Option<&DynamicValue>) -> Result<Value> {
    match value {
        Some(value) if value.msgpack.is_empty() && !value.json.is_empty() => {
            Ok(Value::from_json(serde_json::from_slice(&value.json).context("reading a value's JSON")?))
        }
        Some(value) => Value::from_msgpack(&value.msgpack),
        None => Ok(Value::Null),
    }
}

fn packed(value: &Value) -> DynamicValue {
    DynamicValue { msgpack: value.to_msgpack(), json: Vec::new() }
}

fn diagnostics(problems: &[Problem]) -> Vec<Diagnostic> {
    problems.iter().map(Into::into).collect()
}
