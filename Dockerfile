# syntax=docker/dockerfile:1
# One image per service:
#   docker buildx build --platform linux/amd64,linux/arm64 --build-arg APP=cors-proxy-server .
# Each platform builds natively, so no cross compiler is needed. It runs with a read-only root and no capabilities.

ARG APP=cors-proxy-server
ARG RUST_VERSION=1.95

FROM rust:${RUST_VERSION}-slim-bookworm AS build
ARG APP
ARG TARGETARCH
WORKDIR /src
# The script measures the services at work and builds them by that profile, with the merger of the compiler's own LLVM.
RUN rustup component add llvm-tools
COPY . .
# The caches keep the registry and the compiled dependencies from build to build.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target,id=target-${TARGETARCH},sharing=locked \
    apps/build.sh && cp "target/optimised/${APP}" /server

FROM gcr.io/distroless/cc-debian12:nonroot AS runtime
ARG APP
ARG REVISION=unknown
LABEL org.opencontainers.image.title="${APP}" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /server /server
USER 65532:65532
ENTRYPOINT ["/server"]

# What differs: in a container, a service listens on all addresses, on its own ports.
FROM runtime AS cors-proxy-server
ENV TIDELINE_LISTEN=0.0.0.0:8080 TIDELINE_ADMIN_LISTEN=0.0.0.0:9090
EXPOSE 8080 9090

FROM runtime AS mock-target-server
ENV TIDELINE_LISTEN=0.0.0.0:3000 TIDELINE_ADMIN_LISTEN=0.0.0.0:9091
EXPOSE 3000 9091

# hadolint ignore=DL3006
FROM ${APP}
