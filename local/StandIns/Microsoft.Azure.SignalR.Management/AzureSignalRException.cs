namespace Microsoft.Azure.SignalR.Common;

// The package has these in Microsoft.Azure.SignalR.Common, whose types nobody names here.
internal class AzureSignalRException(string message, Exception? inner) : Exception(message, inner);

internal sealed class AzureSignalRAccessTokenTooLongException() : AzureSignalRException("AccessToken must not be longer than 4K.", null);

internal sealed class AzureSignalRRuntimeException(Uri? uri, Exception inner)
    : AzureSignalRException($"Azure SignalR service runtime error. Request Uri: {uri}", inner);

internal sealed class AzureSignalRUnauthorizedException(Uri? uri, Exception inner)
    : AzureSignalRException($"Authorization failed: see whether the access key is right. Request Uri: {uri}", inner);

internal sealed class AzureSignalRInvalidArgumentException(Uri? uri, Exception inner, string detail)
    : AzureSignalRException($"Invalid argument: {detail} Request Uri: {uri}", inner);

internal sealed class AzureSignalRInaccessibleEndpointException(Uri? uri, Exception inner)
    : AzureSignalRException($"Unable to access SignalR service. {inner.Message} Request Uri: {uri}", inner);
