using System.Globalization;

namespace Chat.Local.Blobs;

/// <summary>The errors of the service: https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes.</summary>
internal static class Refusals
{
    private const string Authenticate =
        "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the "
        + "signature.";

    /// <summary>What Azure does and this service doesn't.</summary>
    public static RefusedException NotServed(string what) =>
        new(501, "NotImplemented", $"{what} isn't served by the local Blob Storage.");

    public static RefusedException NotAuthenticated(string why) =>
        new(403, "AuthenticationFailed", Authenticate) { Details = [("AuthenticationErrorDetail", why)] };

    public static RefusedException NoAuthentication() => new(
        401,
        "NoAuthenticationInformation",
        "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.")
    {
        Headers =
        [
            ("WWW-Authenticate",
                "Bearer authorization_uri=https://login.microsoftonline.com/common/oauth2/authorize resource_id=https://storage.azure.com"),
        ],
    };

    public static RefusedException InvalidAuthentication() => new(
        401,
        "InvalidAuthenticationInfo",
        "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.");

    public static RefusedException PublicAccess() =>
        new(409, "PublicAccessNotPermitted", "Public access is not permitted on this storage account.");

    public static RefusedException Permission() => new(
        403, "AuthorizationPermissionMismatch", "This request is not authorized to perform this operation using this permission.");

    public static RefusedException Protocol() => new(
        403, "AuthorizationProtocolMismatch", "This request is not authorized to perform this operation using this protocol.");

    public static RefusedException SourceAddress(string address) => new(
        403,
        "AuthorizationSourceIPMismatch",
        $"This request is not authorized to perform this operation using this source IP {address}.");

    public static RefusedException Overwrite() =>
        new(403, "UnauthorizedBlobOverwrite", "This request is not authorized to perform blob overwrites.");

    public static RefusedException ContainerNotFound() => new(404, "ContainerNotFound", "The specified container does not exist.");

    public static RefusedException ContainerAlreadyExists() =>
        new(409, "ContainerAlreadyExists", "The specified container already exists.");

    public static RefusedException BlobNotFound() => new(404, "BlobNotFound", "The specified blob does not exist.");

    public static RefusedException BlobAlreadyExists() => new(409, "BlobAlreadyExists", "The specified blob already exists.");

    public static RefusedException ConditionNotMet(bool isRead = false) => new(
        isRead ? 304 : 412, "ConditionNotMet", "The condition specified using HTTP conditional header(s) is not met.");

    public static RefusedException SourceConditionNotMet() => new(
        412, "SourceConditionNotMet", "The source condition specified using HTTP conditional header(s) is not met.");

    public static RefusedException SourceNotVerified(string why) => new(403, "CannotVerifyCopySource", why);

    public static RefusedException UnsatisfiableCondition() =>
        new(400, "UnsatisfiableCondition", "The request includes an unsatisfiable condition for this operation.");

    public static RefusedException ManyConditions() =>
        new(400, "MultipleConditionHeadersNotSupported", "Multiple condition headers are not supported.");

    public static RefusedException InvalidHeader(string name, string value) => new(
        400, "InvalidHeaderValue", "The value for one of the HTTP headers is not in the correct format.")
    {
        Details = [("HeaderName", name), ("HeaderValue", value)],
    };

    public static RefusedException MissingHeader(string name) => new(
        400, "MissingRequiredHeader", "An HTTP header that's mandatory for this request is not specified.")
    {
        Details = [("HeaderName", name)],
    };

    public static RefusedException MissingLength() =>
        new(411, "MissingContentLengthHeader", "The content length was not specified.");

    public static RefusedException InvalidQuery(string name, string value) => new(
        400, "InvalidQueryParameterValue", "Value for one of the query parameters specified in the request URI is invalid.")
    {
        Details = [("QueryParameterName", name), ("QueryParameterValue", value)],
    };

    public static RefusedException OutOfRangeQuery(string name, string value) => new(
        400, "OutOfRangeQueryParameterValue", "One of the query parameters specified in the request URI is outside the permissible range.")
    {
        Details = [("QueryParameterName", name), ("QueryParameterValue", value)],
    };

    public static RefusedException InvalidName() =>
        new(400, "InvalidResourceName", "The specifed resource name contains invalid characters.");

    public static RefusedException NameLength() =>
        new(400, "OutOfRangeInput", "The specified resource name length is not within the permissible limits.");

    public static RefusedException InvalidUri() =>
        new(400, "InvalidUri", "The requested URI does not represent any resource on the server.");

    public static RefusedException InvalidMetadata() =>
        new(400, "InvalidMetadata", "The specified metadata is invalid. It has characters that are not permitted.");

    public static RefusedException MetadataTooLarge() =>
        new(400, "MetadataTooLarge", "The metadata specified exceeds the maximum permissible limit (8KB).");

    public static RefusedException InvalidXml() => new(400, "InvalidXmlDocument", "XML specified is not syntactically valid.");

    public static RefusedException InvalidXmlValue(string name) =>
        new(400, "InvalidXmlNodeValue", "The value for one of the XML nodes is not in the correct format.")
        {
            Details = [("XmlNodeName", name)],
        };

    public static RefusedException TooLarge(long limit) => new(
        413, "RequestBodyTooLarge", "The request body is too large and exceeds the maximum permissible limit.")
    {
        Details = [("MaxLimit", limit.ToString(CultureInfo.InvariantCulture))],
    };

    public static RefusedException InvalidMd5() => new(
        400, "InvalidMd5", "The MD5 value specified in the request is invalid. MD5 value must be 128 bits and base64 encoded.");

    public static RefusedException Md5Mismatch() => new(
        400, "Md5Mismatch", "The MD5 value specified in the request did not match with the MD5 value calculated by the server.");

    public static RefusedException Crc64Mismatch() => new(
        400, "Crc64Mismatch", "The CRC64 value specified in the request did not match with the CRC64 value calculated by the server.");

    public static RefusedException BothChecksums() => new(
        400, "BothCrc64AndMd5HeaderPresent", "Both x-ms-content-crc64 header and Content-MD5 header are present.");

    public static RefusedException InvalidRange(long length) => new(
        416, "InvalidRange", "The range specified is invalid for the current size of the resource.")
    {
        Headers = [("Content-Range", string.Create(CultureInfo.InvariantCulture, $"bytes */{length}"))],
    };

    public static RefusedException InvalidBlock() =>
        new(400, "InvalidBlobOrBlock", "The specified blob or block content is invalid.");

    public static RefusedException InvalidBlockList() => new(400, "InvalidBlockList", "The specified block list is invalid.");

    public static RefusedException BlockListTooLong() =>
        new(400, "BlockListTooLong", "The block list may not contain more than 50,000 blocks.");

    public static RefusedException TooManyBlocks() => new(
        409, "BlockCountExceedsLimit", "The uncommitted block count cannot exceed the maximum limit of 100,000 blocks.");

    public static RefusedException Preflight() =>
        new(403, "CorsPreflightFailure", "CORS not enabled or no matching rule found for this request.");

    public static RefusedException MissingCors(string name) =>
        new(400, "InvalidHeaderValue", "A required CORS header is not present.") { Details = [("HeaderName", name)] };

    public static RefusedException Busy() =>
        new(503, "ServerBusy", "The server is currently unable to receive requests. Please retry your request.");

    public static RefusedException TimedOut() => new(
        500, "OperationTimedOut", "The operation could not be completed within the permitted time. It may have been applied.");

    public static RefusedException Armed(int status) => new(status, "InternalError", "A fault that a test armed.");
}
