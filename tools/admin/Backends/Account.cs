using System.Data.Common;
using Azure.Identity;
using Microsoft.Azure.Cosmos;

namespace Chat.Admin.Backends;

/// <summary>A Cosmos DB account: in Azure by its URL and the operator's identity, or by a connection string.</summary>
internal sealed class Account
{
    public const string UrlVariable = "Cosmos__accountEndpoint";
    public const string ConnectionStringVariable = "Cosmos";

    private readonly Uri? _url;
    private readonly string _connectionString = "";

    private Account(Uri url) => _url = url;

    private Account(string connectionString) => _connectionString = connectionString;

    /// <summary>
    /// The local Azure's, and the emulator's: its key is public, https://learn.microsoft.com/azure/cosmos-db/emulator#authentication.
    /// </summary>
    public static Account Local { get; } = new(
        "AccountEndpoint=http://localhost:8081/;"
            + "AccountKey=C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==;");

    /// <summary>What the app's own settings name; a connection string wins, as it does for the app.</summary>
    public static Account? OfVariables() =>
        Parse(Environment.GetEnvironmentVariable(ConnectionStringVariable)) ?? Parse(Environment.GetEnvironmentVariable(UrlVariable));

    /// <summary>Null for what is neither an https URL nor a connection string.</summary>
    public static Account? Parse(string? text)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var url))
        {
            return url.Scheme == Uri.UriSchemeHttps ? new(url) : null;
        }

        return IsConnectionString(text) ? new(text!) : null;
    }

    public CosmosClient Connect(CosmosClientOptions options) =>
        _url is not null
            ? new CosmosClient(_url.ToString(), new DefaultAzureCredential(), options)
            : new CosmosClient(_connectionString, options);

    private static bool IsConnectionString(string? text)
    {
        try
        {
            var parts = new DbConnectionStringBuilder { ConnectionString = text };
            return parts.TryGetValue("AccountEndpoint", out var endpoint) && Uri.TryCreate($"{endpoint}", UriKind.Absolute, out _)
                && parts.TryGetValue("AccountKey", out var key) && Convert.TryFromBase64String($"{key}", new byte[$"{key}".Length], out _);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
