# Three stages: browser bundle (Node), publish (SDK), run (runtime only, not as root).
FROM node:20-bookworm-slim AS node

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
# The build calls npm for the console's bundle; only Node itself is taken from the stage before.
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
WORKDIR /source
COPY . .
RUN dotnet publish src/WebhookBridge.Server/WebhookBridge.Server.csproj -c Release -r linux-x64 --self-contained false -p:PublishSingleFile=false -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
RUN mkdir /data && chown 1654:1654 /data
COPY --from=build /app /app
USER 1654
VOLUME /data
EXPOSE 8080
ENV WEBHOOKBRIDGE_URLS=http://0.0.0.0:8080 WEBHOOKBRIDGE_DATA=/data
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["dotnet", "/app/webhookbridge.dll", "health", "--server", "http://127.0.0.1:8080"]
ENTRYPOINT ["dotnet", "/app/webhookbridge.dll"]
CMD ["serve"]
