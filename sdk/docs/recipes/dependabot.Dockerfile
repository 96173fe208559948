# The base image, for Dependabot: save this as base.Dockerfile in the repository's root. Append @sha256:… to pin a digest.
FROM mcr.microsoft.com/dotnet/aspnet:10.0
