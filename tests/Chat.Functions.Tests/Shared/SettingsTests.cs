using Chat.Functions.Delivery;
using Chat.Functions.Shared;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Functions.Tests.Shared;

public class SettingsTests
{
    [Theory]
    [InlineData("ServiceBus", "Cosmos__accountEndpoint")]
    [InlineData("Cosmos", "ServiceBus__fullyQualifiedNamespace")]
    public void Should_name_the_connection_that_is_missing_when_the_app_starts(string there, string missing)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new(there, "a connection string")]).Build();
        var refused = Assert.Throws<InvalidOperationException>(
            () => new ServiceCollection().AddCosmos(configuration).AddDelivery(configuration));
        Assert.Contains(missing, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Should_take_an_address_in_place_of_a_connection_string()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([
                new("Cosmos:accountEndpoint", "https://a.documents.azure.com/"),
                new("ServiceBus:fullyQualifiedNamespace", "a.servicebus.windows.net"),
            ])
            .Build();
        Assert.NotEmpty(new ServiceCollection().AddCosmos(configuration).AddDelivery(configuration));
    }
}
