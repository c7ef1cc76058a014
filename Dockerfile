# One image per service:
#   docker buildx build --platform linux/amd64,linux/arm64 --build-arg APP=cors-proxy-server .
# Each platform builds natively, so no cross compiler is needed. It runs with a read-only root and no capabilities.
# `make bases` writes the digests of the day; every night a workflow builds with them, whether they stand here or not.

ARG BUILD_BASE=docker.io/library/rust:1.95-slim-trixie@sha256:e14e87345b4d5964ddcc3491d27ee046a0f23820f340c3c1e24da6880141f7c0
ARG RUNTIME_BASE=gcr.io/distroless/cc-debian13:nonroot@sha256:54df941ed0d06a1bd95ef5e0ce391fd8d9f94b64782dc9a60062727849ee3f97

FROM ${BUILD_BASE} AS build
ARG APP=cors-proxy-server
ARG TARGETARCH
WORKDIR /src
# The script measures the services at work and builds them by that profile, with the merger of the compiler's own LLVM.
RUN rustup component add llvm-tools
COPY . .
# The caches keep the registry and the compiled dependencies from build to build.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target,id=target-${TARGETARCH},sharing=locked \
    apps/build.sh "${APP}" && cp "target/optimised/${APP}" /server

FROM ${RUNTIME_BASE}
ARG RUNTIME_BASE
ARG APP=cors-proxy-server
ARG REVISION=unknown
LABEL org.opencontainers.image.title="${APP}" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${RUNTIME_BASE}"
COPY --from=build /server /server
# An address without a port takes the service's own: 8080 and 9090 for the proxy, 3000 and 9091 for the target.
ENV TIDELINE_LISTEN=0.0.0.0 TIDELINE_ADMIN_LISTEN=0.0.0.0
USER 65532:65532
ENTRYPOINT ["/server"]
